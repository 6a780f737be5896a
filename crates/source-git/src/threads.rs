//! The same work on several threads.

use std::panic::resume_unwind;
use std::thread;

/// What the work gave on each of so many threads, this one's first. A panic goes on here.
pub(crate) fn each<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(&work)).collect();
        let mut all = vec![work()];
        all.extend(others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))));
        all
    })
}
