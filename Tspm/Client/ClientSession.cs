using Tspm.Client.Output;
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

    /// <summary>What the command ended with.</summary>
    public int ExitCode { get; set; }

    /// <summary>A stream is not continued when the daemon has ended on purpose: who does that takes the socket away.</summary>
    public bool EndsWithDaemon { get; init; }

    /// <summary>A sentence when children of an earlier daemon live on without one; null when there are none. Reads files only.</summary>
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

    /// <summary>Environment and folder for what is defined: this shell's, or those that ssh gives on the other machine.</summary>
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
            return Connect(onlyReads: true);
        }
        catch (DaemonException missing) when (missing.Code == LocalError.NotRunning && Remote is null && UnmanagedNotice() is { } notice)
        {
            throw new DaemonException(LocalError.NotRunning, $"{missing.Message}\n{notice}");
        }
    }

    /// <summary>How often a daemon that is just dying may be met before it is said that none answers: each time waits for the next one's election.</summary>
    const int MostTries = 5;

    /// <summary>For verbs that change something: starts the daemon when none answers, unless the user forbids it.</summary>
    public DaemonClient ConnectToChange(bool noAutoStart)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return ConnectAlive(mayStart: !noAutoStart);
            }
            catch (DaemonException missing) when (!noAutoStart && tries < MostTries && IsGone(missing))
            {
                if (Remote is null) launcher.Start();
            }
        }
    }

    /// <summary>Starts the daemon unless one answers. True: one did already.</summary>
    public bool StartDaemonUnlessRunning()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var alive = ConnectAlive(mayStart: tries > 1);
                return tries == 1;
            }
            catch (DaemonException missing) when (tries < MostTries && IsGone(missing))
            {
                if (Remote is null) launcher.Start();
            }
        }
    }

    static bool IsGone(DaemonException missing) => missing.Code is LocalError.NotRunning or LocalError.Disconnected;

    /// <summary>
    /// A connection over which an answer has come: the socket of a daemon that was killed can be connected to until the kernel has cleared it away, and a request that
    /// changes something cannot be sent a second time on suspicion.
    /// </summary>
    DaemonClient ConnectAlive(bool mayStart)
    {
        var daemon = Connect(mayStart: mayStart);
        try
        {
            daemon.Greet();
            return daemon;
        }
        catch
        {
            daemon.Dispose();
            throw;
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

    DaemonClient Connect(bool onlyReads = false, bool mayStart = false)
    {
        if (_early is not { } early) return DaemonClient.Connect(home, NoticeOf(), onlyReads, Remote, mayStart);
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
