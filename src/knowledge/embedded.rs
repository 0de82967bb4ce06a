<<<<<<< HEAD
//! Every file of `rules/`, as it was when the program was built. Reads nothing at run time.
=======
//! The files of `rules/`, put into the binary by `build.rs`.
>>>>>>> main

include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));
