//! The command `pqscan`: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    pqscan::cli::run()
}
