//! The function's binary, from an HTTP event to the consumer of a real queue.

mod reply;

testkit::suite!(kore::PROVIDER);
