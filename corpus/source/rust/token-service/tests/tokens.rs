use rsa::RsaPrivateKey;

#[test]
fn a_small_key_is_enough_for_a_test() {
    let key = RsaPrivateKey::new(&mut rand::thread_rng(), 512).unwrap();
    assert_eq!(rsa::traits::PublicKeyParts::size(&key), 64);
}
