//! A window of an object.

use std::any::Any;
use std::fmt;

use keysieve_finding::Origin;

/// A borrowed window of an object. Windows of one object come in order, do not overlap, and leave nothing out.
#[derive(Debug)]
pub struct Blob<'a> {
    /// The object.
    pub origin: &'a Origin,
    /// The bytes of this window; may be empty.
    pub bytes: &'a [u8],
    /// Where the window starts in the object.
    pub offset: u64,
    /// The line the window starts on, from 1: one more than the LF bytes before it. Where a source hands over a piece
    /// of something larger, it says here which line of the whole the piece starts on.
    pub line: u64,
    /// Whether this is the object's last window. Every object that was begun ends with one, an empty one if reading
    /// broke off, so that what the sink holds back is judged.
    pub last: bool,
    /// What the sink keeps from one window of this object to the next.
    pub carry: &'a mut Carry,
}

/// What a sink keeps of an object between its windows. The source makes one per object and hands it to every window;
/// what is in it is the sink's own business. An object of a single window never fills it.
#[derive(Default)]
pub struct Carry(Option<Box<dyn Any + Send>>);

impl Carry {
    /// An empty one, for a new object.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// What was kept, or `T::default()` if nothing was.
    ///
    /// # Panics
    /// If something of another type was kept: one object has one sink.
    pub fn get_or_default<T: Any + Send + Default>(&mut self) -> &mut T {
        self.0
            .get_or_insert_with(|| Box::<T>::default())
            .downcast_mut()
            .expect("one object goes to one sink, because the source makes a new Carry for each")
    }

    /// Whether nothing was kept.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Debug for Carry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Carry(empty)" } else { "Carry(..)" })
    }
}
