//! Every file of `rules/`, as it was when the program was built. Reads nothing at run time.

include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));
