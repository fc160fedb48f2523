//! JACK clients: a file for each part of the section, in the order of the header.

// What the parts use; nothing of it is in the header.
mod answers;
mod current;

// Each stands alone, since rustfmt would sort a list.
mod client;

mod server;

mod time;

mod library;

mod names;

mod ports;

mod lookup;

mod connections;

mod position;

mod transport;

mod rolling;

mod process;

mod cycle;

mod midi;

mod metadata;

mod events;
