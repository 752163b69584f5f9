//! The function as it ships, from an HTTP event to the consumer of a real queue.

mod arrays;

testkit::suite!(kommunicate::PROVIDER);
