mod config;
mod keys;
mod passwords;
mod tokens;

fn main() {
    let config = config::Config::from_env();
    let key = keys::generate(&config).expect("a key");
    println!("{} starts with a key of {} bits", config.issuer, rsa::traits::PublicKeyParts::size(&key) * 8);
}
