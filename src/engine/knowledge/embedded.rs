//! The files of `rules/`, put into the binary by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));
