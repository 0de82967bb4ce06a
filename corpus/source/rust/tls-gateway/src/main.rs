mod provider;
mod server;
mod upstream;

fn main() {
    let mut args = std::env::args().skip(1);
    let (cert, key) = (args.next().expect("certificate"), args.next().expect("key"));
    let config = server::config(&cert, &key).expect("configuration");
    println!("{} protocols", config.alpn_protocols.len());
    let _ = (upstream::partner(), upstream::printer(), server::legacy(), provider::classical());
}
