//! Which regions of the program one input reached, where it is built with `-C instrument-coverage` (`.github/fuzz.sh` does). The
//! compiler counts into a section of the program; it is read as a file, so that no unsafe code is needed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// The section of the program that holds a counter of 8 bytes for each region.
const SECTION: &[u8] = b"__llvm_prf_cnts\0";

/// The counters of this process.
pub(crate) struct Counters {
    memory: File,
    at: u64,
    before: Vec<u8>,
}

/// What one target has reached: for each region the orders of magnitude of its counts.
pub(crate) type Reached = Vec<u8>;

impl Counters {
    /// Finds the counters, if the program has any and the system shows them.
    pub(crate) fn find() -> Option<Self> {
        let program = std::fs::read("/proc/self/exe").ok()?;
        let (at, length) = section(&program)?;
        let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
        let name = std::fs::read_link("/proc/self/exe").ok()?;
        let first = maps.lines().find(|line| line.ends_with(&*name.to_string_lossy()))?;
        let base = u64::from_str_radix(first.split('-').next()?, 16).ok()?;
        let mut counters = Self { memory: File::open("/proc/self/mem").ok()?, at: base + at, before: vec![0; length] };
        let mut now = vec![0; length];
        counters.read(&mut now)?;
        counters.before = now;
        Some(counters)
    }

    /// How many regions there are.
    pub(crate) fn regions(&self) -> usize {
        self.before.len() / 8
    }

    /// Adds what was reached since the last call, and says whether any of it is new.
    pub(crate) fn add(&mut self, reached: &mut Reached) -> bool {
        reached.resize(self.regions(), 0);
        let mut now = vec![0; self.before.len()];
        if self.read(&mut now).is_none() {
            return false;
        }
        let mut new = false;
        for (n, (a, b)) in self.before.chunks_exact(8).zip(now.chunks_exact(8)).enumerate() {
            if a != b {
                let times = number(b).wrapping_sub(number(a));
                let bit = 1 << (times.max(1).ilog2() / 2).min(7);
                new |= reached[n] & bit == 0;
                reached[n] |= bit;
            }
        }
        self.before = now;
        new
    }

    fn read(&mut self, into: &mut [u8]) -> Option<()> {
        self.memory.seek(SeekFrom::Start(self.at)).ok()?;
        self.memory.read_exact(into).ok()
    }
}

/// How many regions were reached at all.
pub(crate) fn count(reached: &Reached) -> usize {
    reached.iter().filter(|bits| **bits != 0).count()
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte))
}

/// The address and the length of the counters in an ELF file of 64 bits.
fn section(program: &[u8]) -> Option<(u64, usize)> {
    let at = |from: usize, length: usize| program.get(from..from + length).map(number);
    let (headers, size) = (at(0x28, 8)? as usize, at(0x3A, 2)? as usize);
    let header = |n: u64| headers + n as usize * size;
    let names = at(header(at(0x3E, 2)?) + 0x18, 8)? as usize;
    (0..at(0x3C, 2)?).map(header).find_map(|header| {
        let name = names + at(header, 4)? as usize;
        program.get(name..)?.starts_with(SECTION).then_some(())?;
        Some((at(header + 0x10, 8)?, at(header + 0x20, 8)? as usize))
    })
}
