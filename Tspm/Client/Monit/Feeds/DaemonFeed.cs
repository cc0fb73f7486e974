using Tspm.Client.Connection;
using Tspm.Client.Monit.Model;

namespace Tspm.Client.Monit.Feeds;

/// <summary>
/// A thread that reads from the daemon over a connection of its own. When the daemon dies, it connects again every
/// second, until it is disposed.
/// </summary>
internal abstract class DaemonFeed(ClientSession session, MonitInbox inbox) : IDisposable
{
    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    readonly Lock _gate = new();
    readonly ManualResetEventSlim _end = new(), _wake = new();
    DaemonClient? _daemon;

    protected ClientSession Session => session;

    protected bool HasEnded => _end.IsSet;

    public void Start() => new Thread(Run) { IsBackground = true, Name = GetType().Name }.Start();

    /// <summary>Ends the thread soon, but does not wait for it.</summary>
    public void Dispose()
    {
        _end.Set();
        _wake.Set();
        lock (_gate) _daemon?.Interrupt();
    }

    /// <summary>Reads until the connection breaks or the feed ends.</summary>
    /// <exception cref="DaemonException">The connection broke.</exception>
    protected abstract void Read(DaemonClient daemon);

    /// <summary>Carries out a change of the model, unless the feed has ended before.</summary>
    protected void Post(Action<MonitModel> change) => inbox.Post(model =>
    {
        if (!HasEnded) change(model);
    });

    /// <summary>Called when the daemon cannot be reached.</summary>
    protected virtual void OnLost(DaemonException problem)
    {
    }

    /// <summary>Waits, or ends early.</summary>
    /// <returns>True if the feed has ended.</returns>
    protected bool Pause(TimeSpan time) => _end.Wait(time);

    /// <summary>Ends the present or the next <see cref="PauseUntilWoken"/>. Any thread may call this.</summary>
    protected void Wake() => _wake.Set();

    /// <summary>Waits until the time is up, the feed is woken or ends.</summary>
    /// <returns>True if the feed has ended.</returns>
    protected bool PauseUntilWoken(TimeSpan time)
    {
        _wake.Wait(time);
        _wake.Reset();
        return HasEnded;
    }

    void Run()
    {
        while (!HasEnded)
        {
            try
            {
                var daemon = session.ConnectToRead();
                lock (_gate) _daemon = daemon;
                if (!HasEnded) Read(daemon);
            }
            catch (DaemonException lost)
            {
                if (!HasEnded) OnLost(lost);
            }
            finally
            {
                lock (_gate)
                {
                    _daemon?.Dispose();
                    _daemon = null;
                }
            }
            if (Pause(RetryAfter)) return;
        }
    }
}
