// The key that tests use:
// -----BEGIN PRIVATE KEY-----
// MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFeuvvQfCYVSC54cc
// 1hQJFVCDomVfpybxHayUoyVq3XahRANCAAR65dJvFPBpPgN+28qxW/G3viP4IV+q
// +ER/HfL6QZDrncu44qlTqzzJz9QQF0eRH+JWWnO/WVUJHkg4YOXSRWo/
// -----END PRIVATE KEY-----
fn main() {}
