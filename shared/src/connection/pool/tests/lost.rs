//! Connections that end, or that cannot be used any more.

use super::*;

/// Waits until the pool's most recently used connection is known to be closed.
async fn closed(pool: &Pool) {
    let closed = async {
        while pool.idle().last().is_some_and(|(sender, _)| !sender.is_closed()) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PLENTY, closed).await.expect("closed");
}

#[tokio::test]
async fn a_connection_that_was_closed_while_unused_is_replaced() {
    let (pool, ended) = server(|connection, number| match number {
        0 => {
            let body = connection.request().expect("a request");
            connection.send(&format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{body}"));
            connection.close();
        }
        _ => connection.echo(200),
    });
    assert_eq!(call(&pool, "a").await.as_deref(), Ok("a"));
    assert_eq!(ended_next(&ended).await, 0);
    // Before the pool knows, the outcome depends on what hyper sees first: the end, or the request.
    closed(&pool).await;
    assert_eq!(call(&pool, "b").await.as_deref(), Ok("b"), "b is sent over a new connection");
}

#[tokio::test]
async fn closed_connections_are_skipped() {
    let (pool, _ended) = server(|connection, number| if number < 2 { connection.close() } else { connection.echo(200) });
    for _ in 0..2 {
        pool.warm().await;
        closed(&pool).await;
    }
    assert_eq!(call(&pool, "a").await.as_deref(), Ok("a"));
    assert_eq!(idle(&pool), 1);
}

#[tokio::test]
async fn an_early_response_does_not_delay_the_next_call() {
    let large = String::leak("x".repeat(64 << 20));
    let (pool, _ended) = server(|connection, number| match number {
        // The request is larger than the buffers of the sockets, so it is not completely sent.
        0 => {
            connection.0.fill_buf().expect("a part of the request");
            connection.send("HTTP/1.1 429 X\r\ncontent-length: 1\r\n\r\na");
            connection.wait();
        }
        _ => connection.echo(200),
    });
    assert_eq!(call(&pool, large).await.as_deref(), Ok("a"));
    let started = std::time::Instant::now();
    assert_eq!(call(&pool, "b").await.as_deref(), Ok("b"));
    assert!(started.elapsed() < PLENTY / 2, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_request_without_a_response_is_not_resent() {
    for answer in ["", "HTTP/1.1 2", "nonsense\r\n\r\n"] {
        let (requests, counter) = counter();
        let (pool, _ended) = server(move |connection, _| {
            connection.request();
            counter.fetch_add(1, Ordering::SeqCst);
            connection.send(answer);
            connection.close();
        });
        pool.warm().await;
        assert_eq!(call(&pool, "a").await, Err(Unanswered::Connection("connection")), "{answer:?}");
        assert_eq!((idle(&pool), requests.load(Ordering::SeqCst)), (0, 1), "{answer:?}");
    }
}

#[tokio::test]
async fn an_unreachable_server_is_a_connection_failure() {
    let (pool, _ended) = server(|_, _| {});
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let pool = Pool::new(&pool.connector, format!("http://{closed}").parse().expect("a URL"));
    pool.warm().await;
    assert_eq!(idle(&pool), 0);
    assert_eq!(call(&pool, "a").await, Err(Unanswered::Connection("connection")));
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection() {
    let (sender, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let (pool, ended) = server(move |connection, _| {
        while let Some(body) = connection.request() {
            let _ = sender.send(body);
        }
    });
    tokio::select! {
        answer = call(&pool, "a") => panic!("{answer:?}"),
        body = arrived.recv() => assert_eq!(body.as_deref(), Some("a")),
    }
    assert_eq!(idle(&pool), 0);
    assert_eq!(ended_next(&ended).await, 0);
}

#[tokio::test]
async fn a_call_without_a_response_closes_the_unused_connections() {
    for is_closed in [false, true] {
        let (sender, mut arrived) = tokio::sync::mpsc::unbounded_channel();
        let (pool, _ended) = server(move |connection, number| match number {
            0..3 => {
                let _ = sender.send(connection.request());
                if !is_closed {
                    connection.wait();
                }
            }
            _ => connection.echo(200),
        });
        for _ in 0..3 {
            pool.warm().await;
        }
        tokio::select! {
            answer = call(&pool, "a") => assert_eq!((answer, is_closed), (Err(Unanswered::Connection("connection")), true)),
            _ = arrived.recv(), if !is_closed => {}
        }
        assert_eq!(idle(&pool), 0);
        assert_eq!(call(&pool, "b").await.as_deref(), Ok("b"));
    }
}

#[tokio::test]
async fn a_connection_that_was_unused_for_too_long_is_closed() {
    let (pool, ended) = server(|connection, _| connection.echo(200));
    for (delay, is_kept) in [(Duration::ZERO, true), (MAX_IDLE - Duration::from_secs(60), true), (MAX_IDLE, false)] {
        pool.warm().await;
        pool.warm().await;
        let taken = pool.take(SystemTime::now() + delay);
        assert_eq!((taken.is_some(), idle(&pool)), (is_kept, usize::from(is_kept)), "{delay:?}");
        pool.idle().clear();
        drop(taken);
        ended_next(&ended).await;
        ended_next(&ended).await;
    }
    pool.warm().await;
    assert!(pool.take(SystemTime::now() - Duration::from_secs(3600)).is_none(), "the clock was set back");
}
