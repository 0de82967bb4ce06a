//! The clock of the benches.

use std::fs;
use std::time::{Duration, Instant};

/// Processor time of this process where the system tells it, else what the clock says; and what the clock says. What the work made is taken
/// apart afterwards: a scan leaves that to the end of its process.
pub(crate) fn time<T>(work: impl FnOnce() -> T) -> (f64, f64) {
    let (before, begun) = (processor_time(), Instant::now());
    let made = std::hint::black_box(work());
    let clock = begun.elapsed().as_secs_f64();
    let after = processor_time();
    drop(made);
    match (before, after) {
        (Some(before), Some(after)) => ((after - before).as_secs_f64(), clock),
        _ => (clock, clock),
    }
}

/// `proc_pid_stat(5)`: the 14th and 15th field are user and system time in ticks, of which Linux counts 100 a second for everybody.
fn processor_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, a name, may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let ticks: u64 = rest
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Some(Duration::from_millis(10 * ticks))
}
