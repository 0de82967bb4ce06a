//! What unpacking may cost, and the account of what it has cost. Every limit has a name that is reported when it trips.
//!
//! All but time count bytes and members, so that the same input trips the same limit at the same place on every machine.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use crate::model::SkipReason;

/// What unpacking one file of the walk may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Archives inside archives. A compressed archive is one: a jar in a war in an ear in a `.tar.gz` is 4, in a layer of an image 5.
    pub depth: usize,
    /// Members of all its archives together.
    pub members: u64,
    /// Bytes of one member, unpacked.
    pub member_bytes: u64,
    /// Bytes of all layers together, unpacked.
    pub total_bytes: u64,
    /// Unpacked bytes for each packed one, of one stream and of the whole file, once 64 MiB came out. Text that
    /// repeats itself reaches some 100, deflated zeros 1,030.
    pub ratio: u64,
    /// Bytes held in memory at a time: what detectors look at, and archives that can only be read back and forth, inside other ones.
    pub held_bytes: u64,
    /// Memory of a decoder: `xz -9` needs 65 MiB, `zstd --ultra -22` 128 MiB.
    pub decoder_bytes: u64,
    /// A safety net only, since what it cuts depends on the machine.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 8,
            members: 2_000_000,
            member_bytes: 16 << 30,
            total_bytes: 64 << 30,
            ratio: 250,
            held_bytes: 256 << 20,
            decoder_bytes: 256 << 20,
            time: Duration::from_secs(1800),
        }
    }
}

/// Bytes that may come out of a stream whatever its ratio: they cost a fraction of a second.
const RATIO_GRACE: u64 = 64 << 20;
/// The same for all streams of a file together.
const TOTAL_RATIO_GRACE: u64 = 256 << 20;
/// How often the clock is asked.
const CLOCK_EVERY: u64 = 4 << 20;

/// A limit that tripped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trip {
    pub(super) reason: SkipReason,
    pub(super) detail: String,
}

impl Trip {
    pub(super) fn new(reason: SkipReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Trip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason.name(), self.detail)
    }
}

impl std::error::Error for Trip {}

/// The account of one file of the walk.
#[derive(Debug)]
pub(in crate::scan) struct Budget<'l> {
    pub(super) limits: &'l Limits,
    /// Bytes of the file itself.
    packed: u64,
    unpacked: Cell<u64>,
    members: Cell<u64>,
    held: Cell<u64>,
    begun: Instant,
    next_clock: Cell<u64>,
    /// What ended the unpacking of the whole file.
    over: RefCell<Option<Trip>>,
    /// Streams that tripped and whose reader has not come to know of it yet: what fails inside of them meanwhile is a consequence.
    tripping: Cell<usize>,
}

impl<'l> Budget<'l> {
    pub(in crate::scan) fn new(limits: &'l Limits, packed: u64) -> Self {
        Self {
            limits,
            packed,
            unpacked: Cell::new(0),
            members: Cell::new(0),
            held: Cell::new(0),
            begun: Instant::now(),
            next_clock: Cell::new(CLOCK_EVERY),
            over: RefCell::new(None),
            tripping: Cell::new(0),
        }
    }

    /// Bytes unpacked so far, of all layers.
    pub(in crate::scan) fn unpacked(&self) -> u64 {
        self.unpacked.get()
    }

    /// Members seen so far.
    pub(in crate::scan) fn members(&self) -> u64 {
        self.members.get()
    }

    /// Whether the unpacking of the whole file has ended.
    pub(super) fn is_over(&self) -> bool {
        self.over.borrow().is_some()
    }

    /// What ended it.
    pub(super) fn over(&self) -> Option<Trip> {
        self.over.borrow().clone()
    }

    /// Whether an error seen now is the consequence of a limit, which is reported where it tripped.
    pub(super) fn is_tripping(&self) -> bool {
        self.tripping.get() > 0 || self.is_over()
    }

    /// One more member.
    pub(super) fn member(&self) -> Result<(), Trip> {
        self.members.set(self.members.get() + 1);
        if self.members.get() > self.limits.members {
            return Err(self.end(Trip::new(
                SkipReason::LimitMembers,
                format!("over {} members", self.limits.members),
            )));
        }
        if self.members.get().is_multiple_of(1024) {
            self.clock()?
        }
        Ok(())
    }

    fn end(&self, trip: Trip) -> Trip {
        self.over.borrow_mut().get_or_insert_with(|| trip.clone());
        trip
    }

    /// So many bytes came out of a stream.
    fn charge(&self, bytes: u64) -> Result<(), Trip> {
        let all = self.unpacked.get().saturating_add(bytes);
        self.unpacked.set(all);
        if all > self.limits.total_bytes {
            let detail = format!("over {} bytes", self.limits.total_bytes);
            return Err(self.end(Trip::new(SkipReason::LimitTotalSize, detail)));
        }
        if all > TOTAL_RATIO_GRACE && all / self.limits.ratio.max(1) > self.packed {
            let detail = format!("{} bytes unpack to over {all}", self.packed);
            return Err(self.end(Trip::new(SkipReason::LimitRatio, detail)));
        }
        if all >= self.next_clock.get() {
            self.next_clock.set(all + CLOCK_EVERY);
            self.clock()?
        }
        Ok(())
    }

    fn clock(&self) -> Result<(), Trip> {
        if self.begun.elapsed() > self.limits.time {
            let detail = format!("{} s", self.limits.time.as_secs());
            return Err(self.end(Trip::new(SkipReason::LimitTime, detail)));
        }
        Ok(())
    }

    /// Reserves memory for what is held at a time.
    pub(super) fn hold(&self, bytes: u64) -> bool {
        let held = self.held.get().saturating_add(bytes);
        if held > self.limits.held_bytes {
            return false;
        }
        self.held.set(held);
        true
    }

    /// What may still be held.
    pub(super) fn can_hold(&self) -> u64 {
        self.limits.held_bytes.saturating_sub(self.held.get())
    }

    /// Gives it back.
    pub(super) fn release(&self, bytes: u64) {
        self.held.set(self.held.get().saturating_sub(bytes));
    }
}

/// A reader of unpacked bytes that keeps the account, and fails when a limit trips.
pub(super) struct Meter<'b, R> {
    inner: R,
    budget: &'b Budget<'b>,
    out: u64,
    /// Packed bytes read so far, or in all.
    packed: Packed<'b>,
    trip: Option<Trip>,
    /// Whether what comes out is one member.
    is_member: bool,
}

/// How many packed bytes stand against the unpacked ones.
pub(super) enum Packed<'b> {
    /// So many in all.
    All(u64),
    /// So many so far; a [`Counted`] counts.
    SoFar(&'b Cell<u64>),
    /// They cannot be told apart from others.
    Unknown,
    /// None: the bytes are those of the archive, and cost nothing beyond them.
    Stored,
}

impl<'b, R: Read> Meter<'b, R> {
    pub(super) fn new(inner: R, packed: Packed<'b>, budget: &'b Budget<'b>) -> Self {
        Self {
            inner,
            budget,
            out: 0,
            packed,
            trip: None,
            is_member: true,
        }
    }

    /// Of a stream that may be an archive: its members are limited, not the whole.
    pub(super) fn of_stream(inner: R, packed: Packed<'b>, budget: &'b Budget<'b>) -> Self {
        let mut meter = Self::new(inner, packed, budget);
        meter.is_member = false;
        meter
    }

    /// What comes out is one member after all.
    pub(super) fn is_one_member(&mut self) {
        self.is_member = true
    }

    /// The limit of this stream that tripped: to be called when nothing reads from it any more.
    pub(super) fn tripped(&mut self) -> Option<Trip> {
        let trip = self.trip.take();
        if trip.is_some() {
            self.budget.tripping.set(self.budget.tripping.get() - 1)
        }
        trip
    }

    fn check(&mut self, bytes: u64) -> Result<(), Trip> {
        if !matches!(self.packed, Packed::Stored) {
            self.budget.charge(bytes)?
        }
        self.out += bytes;
        let limits = self.budget.limits;
        if self.is_member && self.out > limits.member_bytes {
            let detail = format!("over {} bytes", limits.member_bytes);
            return Err(self.stop(Trip::new(SkipReason::LimitMemberSize, detail)));
        }
        let packed = match &self.packed {
            Packed::All(packed) => *packed,
            Packed::SoFar(packed) => packed.get(),
            Packed::Unknown | Packed::Stored => return Ok(()),
        };
        if self.out > RATIO_GRACE && self.out / limits.ratio.max(1) > packed {
            let detail = format!("{packed} bytes unpack to over {}", self.out);
            return Err(self.stop(Trip::new(SkipReason::LimitRatio, detail)));
        }
        Ok(())
    }

    fn stop(&mut self, trip: Trip) -> Trip {
        if self.trip.is_none() {
            self.budget.tripping.set(self.budget.tripping.get() + 1);
            self.trip = Some(trip.clone());
        }
        trip
    }
}

impl<R: Read> Read for Meter<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(trip) = self.budget.over().or_else(|| self.trip.clone()) {
            return Err(io::Error::other(trip));
        }
        let read = self.inner.read(buf)?;
        self.check(read as u64).map_err(io::Error::other)?;
        Ok(read)
    }
}

/// A reader that counts what went through it.
pub(super) struct Counted<'c, R> {
    inner: R,
    count: &'c Cell<u64>,
}

impl<'c, R> Counted<'c, R> {
    pub(super) fn new(inner: R, count: &'c Cell<u64>) -> Self {
        Self { inner, count }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// A reader with an allowance: what an archive's own structures (headers, long names, name tables) may take before the next member, so
/// that no format reader collects more than that in memory.
pub(super) struct Allowance<'c, R> {
    inner: R,
    left: &'c Cell<u64>,
}

impl<'c, R> Allowance<'c, R> {
    pub(super) fn new(inner: R, left: &'c Cell<u64>) -> Self {
        Self { inner, left }
    }
}

impl<R: Read> Read for Allowance<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !buf.is_empty() {
            return Err(io::Error::other("structures of an absurd size"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        let read = self.inner.read(&mut buf[..most])?;
        self.left.set(left - read as u64);
        Ok(read)
    }
}

impl<R> Drop for Meter<'_, R> {
    fn drop(&mut self) {
        // Whoever unwinds past a meter does not ask it.
        if self.trip.is_some() {
            self.budget.tripping.set(self.budget.tripping.get() - 1)
        }
    }
}
