use super::*;

/// Copies bytes to spans, and returns how many fit.
fn fill(spans: [Span; 2], bytes: &[u8]) -> usize {
    let places = spans.map(|(first, count)| (0..count).map(move |at| (first, at)));
    let places = places.into_iter().flatten();
    // SAFETY: the spans are the free memory, which the test alone writes to.
    let put =
        |((first, at), byte): ((NonNull<u8>, usize), &u8)| unsafe { first.add(at).write(*byte) };
    places.zip(bytes).map(put).count()
}

/// The bytes in spans.
fn bytes_in(spans: [Span; 2]) -> Vec<u8> {
    let slices = spans.map(|(first, count)| {
        // SAFETY: the spans wait to be read, and nobody writes to them meanwhile.
        unsafe { std::slice::from_raw_parts(first.as_ptr(), count) }
    });
    slices.concat()
}

#[test]
fn it_has_room_for_as_many_bytes_as_were_asked_for() {
    for size in [1, 2, 3, 4096, 5000] {
        let ring = Ring::new(size).expect("there is memory");
        assert_eq!(
            (ring.size(), ring.write_space(), ring.read_space()),
            (size, size, 0)
        );
        let sent: Vec<u8> = (0..size + 1).map(|n| n as u8).collect();
        assert_eq!(ring.write(&sent), Ok(size));
        assert_eq!(ring.write(&sent), Ok(0));
        assert_eq!((ring.write_space(), ring.read_space()), (0, size));
        let mut got = vec![0; size + 1];
        assert_eq!(ring.peek(&mut got), Ok(size));
        assert_eq!(ring.read(&mut got), Ok(size));
        assert_eq!(got[..size], sent[..size]);
        assert_eq!(ring.read(&mut got), Ok(0));
    }
    assert!(matches!(Ring::new(0), Err(Error::OutOfRange { .. })));
    assert!(matches!(Ring::new(usize::MAX), Err(Error::OutOfMemory(..))));
}

#[test]
fn spans_are_what_is_free_and_what_waits_in_order() {
    let ring = Ring::new(5).expect("there is memory");
    for round in 0..50_u8 {
        let sent = [round, round + 1, round + 2];
        assert_eq!(
            fill(ring.write_spans().expect("it is not in use"), &sent),
            3
        );
        assert_eq!(ring.read_space(), 0);
        assert_eq!(ring.write_advance(3), Ok(()));
        assert_eq!(bytes_in(ring.read_spans().expect("it is not in use")), sent);
        assert_eq!(ring.read_advance(1), Ok(()));
        assert_eq!(
            bytes_in(ring.read_spans().expect("it is not in use")),
            sent[1..]
        );
        assert_eq!(ring.read_advance(2), Ok(()));
    }
}

#[test]
fn to_go_too_far_changes_nothing() {
    let ring = Ring::new(5).expect("there is memory");
    assert_eq!(ring.write(&[1, 2, 3]), Ok(3));
    for bytes in [3, usize::MAX] {
        assert_eq!(ring.write_advance(bytes), Err(Misuse::TooFar));
    }
    for bytes in [4, usize::MAX] {
        assert_eq!(ring.read_advance(bytes), Err(Misuse::TooFar));
    }
    let mut got = [0; 5];
    assert_eq!(ring.read(&mut got), Ok(3));
    assert_eq!(got, [1, 2, 3, 0, 0]);
}

#[test]
fn an_end_in_use_is_refused_and_the_other_one_works() {
    let ring = Ring::new(5).expect("there is memory");
    let writer = ring.writer();
    assert_eq!(ring.write(&[1]), Err(Misuse::WriterInUse));
    assert_eq!(ring.write_spans(), Err(Misuse::WriterInUse));
    assert_eq!(ring.write_advance(1), Err(Misuse::WriterInUse));
    assert_eq!(ring.reset(), Err(Misuse::WriterInUse));
    assert_eq!(ring.read(&mut [0]), Ok(0));
    drop(writer);
    let reader = ring.reader();
    assert_eq!(ring.read(&mut [0]), Err(Misuse::ReaderInUse));
    assert_eq!(ring.peek(&mut [0]), Err(Misuse::ReaderInUse));
    assert_eq!(ring.read_spans(), Err(Misuse::ReaderInUse));
    assert_eq!(ring.read_advance(0), Err(Misuse::ReaderInUse));
    assert_eq!(ring.reset(), Err(Misuse::ReaderInUse));
    assert_eq!(ring.write(&[1]), Ok(1));
    drop(reader);
    assert_eq!(ring.reset(), Ok(()));
    assert_eq!((ring.write_space(), ring.read_space()), (5, 0));
}

#[test]
fn memory_can_be_locked_once_and_again() {
    let ring = Ring::new(5000).expect("there is memory");
    match ring.lock_memory() {
        Ok(()) => assert!(ring.lock_memory().is_ok()),
        Err(error) => assert!(matches!(error, Error::System { .. }), "{error}"),
    }
}

#[test]
fn every_byte_passes_from_thread_to_thread_in_order() {
    const BYTES: usize = 20_000;
    let ring = Ring::new(97).expect("there is memory");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut done = 0;
            while done < BYTES {
                let some: Vec<u8> = (done..BYTES.min(done + 41)).map(|n| n as u8).collect();
                done += ring.write(&some).expect("no other thread writes");
                std::thread::yield_now();
            }
        });
        let mut done = 0;
        let mut some = [0; 53];
        while done < BYTES {
            let count = ring.read(&mut some).expect("no other thread reads");
            for byte in &some[..count] {
                assert_eq!(*byte, done as u8);
                done += 1;
            }
            assert!(ring.read_space() <= 97 && ring.write_space() <= 97);
        }
    });
}
