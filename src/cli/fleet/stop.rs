//! Whether the process was asked to stop.

/// Comes when the process is asked to stop. Whoever asks twice does not want to wait.
pub(super) async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
        ) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tokio::spawn(async move {
                let code = tokio::select! {
                    _ = terminate.recv() => 128 + 15,
                    _ = interrupt.recv() => 128 + 2,
                };
                end_at_once(code)
            });
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await
    }
}

/// Ends the process as a signal would: what it had is taken over by others.
#[cfg(unix)]
#[expect(
    clippy::exit,
    reason = "somebody asked twice, and threads may be at work for hours"
)]
fn end_at_once(code: i32) {
    std::process::exit(code)
}

/// Whether the process was asked to stop. Copies are the same.
#[derive(Clone)]
pub(super) struct Stop(tokio::sync::watch::Receiver<bool>);

impl Stop {
    /// Listens from now on.
    pub(super) fn of_process() -> Self {
        let (tell, stop) = tokio::sync::watch::channel(false);
        tokio::spawn(async move {
            stopped().await;
            tell.send_replace(true)
        });
        Self(stop)
    }

    /// Comes when it was asked.
    pub(super) async fn asked(&self) {
        if self.0.clone().wait_for(|asked| *asked).await.is_err() {
            std::future::pending().await
        }
    }

    pub(super) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }
}
