pub mod hidden;
pub mod radio;
pub mod rsa;
