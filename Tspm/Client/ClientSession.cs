using Tspm.Client.Connection;
using Tspm.Client.Launching;
using Tspm.Client.Offline;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client;

/// <summary>What one run of the client has: its home, its outputs, and the way to the daemon.</summary>
internal sealed class ClientSession(TspmHome home, IDaemonLauncher launcher, OutputWriter output, OutputWriter errors)
{
    public TspmHome Home => home;

    /// <summary>Data, and nothing else.</summary>
    public OutputWriter Out { get; private set; } = output;

    /// <summary>From now on only errors and remarks are printed.</summary>
    public void Silence() => Out = new OutputWriter(static _ => true, isTerminal: false);

    /// <summary>All that is not data.</summary>
    public OutputWriter Err => errors;

    /// <summary>
    /// A stream is not continued when the daemon has ended on purpose: who does that takes the socket away.
    /// </summary>
    public bool EndsWithDaemon { get; init; }

    /// <summary>
    /// A sentence when children of an earlier daemon live on without one; null when there are none. Reads files only.
    /// </summary>
    public Func<string?> UnmanagedNotice { get; init; } = static () => null;

    /// <summary>Reads the log files without a daemon; null when this is not possible.</summary>
    public OfflineLogs? OfflineLogs { get; init; }

    /// <summary>Lets time pass between two tries; the tests do not wait.</summary>
    public Action<TimeSpan> Pause { get; init; } = static time =>
    {
        using var never = new ManualResetEventSlim();
        never.Wait(time);
    };

    /// <summary>The machine whose daemon is asked; null: this one.</summary>
    public RemoteHost? Remote { get; set; }

    /// <summary>A connection that was made early, for what the other machine had to be asked.</summary>
    DaemonClient? _early;

    /// <summary>
    /// Environment and folder for what is defined: this shell's, or those that ssh gives on the other machine.
    /// </summary>
    public ClientContext Context(bool noAutoStart)
    {
        if (Remote is null) return Defining.ClientContextBuilder.Build();
        _early = Connect(mayStart: !noAutoStart);
        return _early.RemoteContext!;
    }

    /// <summary>For verbs that only read: never starts a daemon.</summary>
    /// <exception cref="DaemonException">NotRunning and the like.</exception>
    public DaemonClient ConnectToRead()
    {
        try
        {
            return Connect();
        }
        catch (DaemonException missing) when (missing.Code == LocalError.NotRunning)
        {
            if (Remote is not null || UnmanagedNotice() is not { } notice) throw;
            throw new DaemonException(LocalError.NotRunning, $"{missing.Message}\n{notice}");
        }
    }

    /// <summary>
    /// For verbs that change something: starts the daemon if none answers, unless the user forbids it.
    /// </summary>
    public DaemonClient ConnectToChange(bool noAutoStart) =>
        ConnectAlive(mayStart: !noAutoStart, remoteMayStartAtOnce: !noAutoStart, out _);

    /// <summary>Starts the daemon unless one answers.</summary>
    /// <returns>True: one did already.</returns>
    public bool StartDaemonUnlessRunning()
    {
        // The other machine would start one without saying so.
        using var alive = ConnectAlive(mayStart: true, remoteMayStartAtOnce: false, out var attempts);
        return attempts == 1;
    }

    /// <summary>
    /// A connection over which an answer has come: the socket of a daemon that was killed can be connected to until the
    /// kernel has cleared it away, and a request that changes something cannot be sent a second time on suspicion.
    /// </summary>
    DaemonClient ConnectAlive(bool mayStart, bool remoteMayStartAtOnce, out int attempts)
    {
        for (attempts = 1; ; attempts++)
        {
            var failure = TryGreet(mayStart && (remoteMayStartAtOnce || attempts > 1), out var daemon);
            switch (RetryPolicy.AfterConnecting(failure, mayStart, attempts))
            {
                case NextStep.Return:
                    return daemon!;
                case NextStep.StartDaemon:
                    // On another machine, the next connection does it.
                    if (Remote is null) launcher.Start();
                    break;
                default:
                    throw failure!;
            }
        }
    }

    /// <returns>Null: this daemon answers.</returns>
    DaemonException? TryGreet(bool remoteMayStart, out DaemonClient? daemon)
    {
        daemon = null;
        try
        {
            daemon = Connect(mayStart: remoteMayStart);
            daemon.Greet();
            return null;
        }
        catch (DaemonException failure)
        {
            daemon?.Dispose();
            return failure;
        }
    }

    /// <summary>Null when no daemon runs; other troubles are thrown.</summary>
    public DaemonClient? ConnectIfRunning()
    {
        try
        {
            return Connect();
        }
        catch (DaemonException missing) when (missing.Code == LocalError.NotRunning)
        {
            return null;
        }
    }

    DaemonClient Connect(bool mayStart = false)
    {
        if (_early is not { } early) return DaemonClient.Connect(home, NoticeOf(), Remote, mayStart);
        _early = null;
        return early;
    }

    WaitNotice NoticeOf()
    {
        var look = Remote is null ? new SecondLook(home) : null;
        return new WaitNotice(
            errors, (selectors, otherwise) => look?.Ask(selectors, otherwise), StandardStreams.ErrorWidth);
    }
}
