using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Launching;
using Tspm.Client.Offline;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client;

/// <summary>The state of one client command: its home, its outputs, and its connection to the daemon.</summary>
internal sealed class ClientSession(TspmHome home, IDaemonLauncher launcher, OutputWriter output, OutputWriter errors)
{
    public TspmHome Home => home;

    /// <summary>Standard output: data only.</summary>
    public OutputWriter Out { get; private set; } = output;

    /// <summary>Drops all further data; errors and notes are still printed.</summary>
    public void Silence() => Out = new OutputWriter(static _ => true, isTerminal: false);

    /// <summary>Standard error: everything that is not data.</summary>
    public OutputWriter Err { get; } = WithHints(errors);

    static OutputWriter WithHints(OutputWriter errors)
    {
        errors.Rewrite = HintedCommands.Complete;
        return errors;
    }

    /// <summary>
    /// True: a stream is not resumed after the daemon was stopped on purpose. Such a daemon removes its socket; one
    /// that was killed leaves the socket behind.
    /// </summary>
    public bool EndsWithDaemon { get; init; }

    /// <summary>
    /// Returns a sentence if children of an earlier daemon run on without a daemon, otherwise null. Reads files only.
    /// </summary>
    public Func<string?> UnmanagedNotice { get; init; } = static () => null;

    /// <summary>Reads the log files without a daemon; null if that is not possible.</summary>
    public OfflineLogs? OfflineLogs { get; init; }

    /// <summary>Waits between two attempts. Tests replace it in order not to wait.</summary>
    public Action<TimeSpan> Pause { get; init; } = static time =>
    {
        using var never = new ManualResetEventSlim();
        never.Wait(time);
    };

    /// <summary>
    /// Whether slow requests print no notice, because the program itself draws on the terminal.
    /// </summary>
    public bool HidesNotices { get; set; }

    /// <summary>Whether the program draws on the whole terminal, where ssh then neither prints nor asks.</summary>
    public bool IsOnScreen { get; set; }

    /// <summary>The machine whose daemon is used; null for this machine.</summary>
    public RemoteHost? Remote { get; set; }

    /// <summary>A session with the same daemon and other outputs, for what runs behind a screen.</summary>
    public ClientSession With(OutputWriter other, OutputWriter otherErrors) => new(home, launcher, other, otherErrors)
    {
        UnmanagedNotice = UnmanagedNotice,
        OfflineLogs = OfflineLogs,
        Pause = Pause,
        HidesNotices = true,
        IsOnScreen = true,
        Remote = Remote,
    };

    /// <summary>
    /// A connection that <see cref="Context"/> opened early, to ask the other machine for its context.
    /// </summary>
    DaemonClient? _early;

    /// <summary>
    /// Returns the environment and the working directory for new definitions: those of this shell, or those of the ssh
    /// session on the other machine.
    /// </summary>
    public ClientContext Context(bool noAutoStart)
    {
        if (Remote is null) return Defining.ClientContextBuilder.Build();
        _early = Connect(mayStart: !noAutoStart);
        return _early.RemoteContext!;
    }

    /// <summary>Connects for a verb that only reads. Never starts a daemon.</summary>
    /// <exception cref="DaemonException">No daemon runs, or it cannot be reached.</exception>
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
    /// Connects for a verb that changes something. Starts the daemon if none answers, unless the user forbids it.
    /// </summary>
    /// <param name="noAutoStart">The user forbids it.</param>
    /// <param name="beforeStart">
    /// Called before a daemon is started on this machine because none runs; throws if it would have nothing to do.
    /// </param>
    public DaemonClient ConnectToChange(bool noAutoStart, Action? beforeStart = null) =>
        ConnectAlive(mayStart: !noAutoStart, remoteMayStartAtOnce: !noAutoStart, out _, beforeStart);

    /// <summary>Starts the daemon unless one answers.</summary>
    /// <returns>True if a daemon was already running.</returns>
    public bool StartDaemonUnlessRunning()
    {
        // The other machine would start a daemon without reporting it.
        using var alive = ConnectAlive(mayStart: true, remoteMayStartAtOnce: false, out var attempts);
        return attempts == 1;
    }

    /// <summary>
    /// Returns a connection on which a daemon has already answered. The socket of a killed daemon accepts connections
    /// until the kernel has cleared it away, and a request that changes something must not be repeated on suspicion.
    /// </summary>
    DaemonClient ConnectAlive(
        bool mayStart, bool remoteMayStartAtOnce, out int attempts, Action? beforeStart = null)
    {
        for (attempts = 1; ; attempts++)
        {
            var failure = TryGreet(mayStart && (remoteMayStartAtOnce || attempts > 1), out var daemon);
            switch (RetryPolicy.AfterConnecting(failure, mayStart, attempts))
            {
                case NextStep.Return:
                    return daemon!;
                case NextStep.StartDaemon:
                    // On another machine, the next connection starts the daemon.
                    if (Remote is not null) break;
                    if (failure!.Code == LocalError.NotRunning) beforeStart?.Invoke();
                    launcher.Start();
                    break;
                default:
                    throw failure!;
            }
        }
    }

    /// <returns>Null if the daemon answered, otherwise the failure.</returns>
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

    /// <summary>Connects to the daemon if it runs.</summary>
    /// <returns>Null if no daemon runs.</returns>
    /// <exception cref="DaemonException">The daemon runs but cannot be used.</exception>
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
        var remote = IsOnScreen && Remote is { } host ? host with { IsSilent = true } : Remote;
        if (_early is not { } early) return DaemonClient.Connect(home, CreateNotice(), remote, mayStart);
        _early = null;
        return early;
    }

    WaitNotice? CreateNotice()
    {
        if (HidesNotices) return null;
        var progress = Remote is null ? new WaitProgressQuery(home) : null;
        return new WaitNotice(
            Err, (selectors, otherwise) => progress?.Ask(selectors, otherwise), StandardStreams.ErrorSize)
        {
            HasScreen = errors.IsTerminal && StandardStreams.IsErrorScreen,
        };
    }
}
