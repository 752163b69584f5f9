//! The function's binary, from an HTTP event to the consumer of a real queue.

mod arrays;

testkit::suite!(kommunicate::PROVIDER);
