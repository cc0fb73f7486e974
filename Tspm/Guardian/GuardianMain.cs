using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Tree;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// <c>tspm daemon</c>: the guardian, parent of the daemon proper. Why two processes: only a parent learns how a child
/// ended, only a living process can hold a listening socket and the read ends of FIFOs. The guardian does nothing else,
/// so there is little in it that could fail; the daemon with all its code may die at any instant. It starts twice: the
/// runtime makes threads before Main, and a signal that one of them has not blocked kills the process; so the first
/// start blocks the signals and executes itself again, and all threads of the second inherit the mask.
/// </summary>
internal static unsafe class GuardianMain
{
    /// <summary>The hidden first word of the second start.</summary>
    public const string Word = NestedGuardian.Word;

    /// <summary>Another guardian runs for this home, and somebody asked for one in the foreground.</summary>
    const int ExitAlreadyRunning = 1;

    const int ExitFailed = 1, ExitNotPermitted = 6, ExitUsage = 2;

    /// <summary>Read by signalfd: termination, and children.</summary>
    static readonly int[] Blocked = [Signals.SIGTERM, Signals.SIGINT, Signals.SIGHUP, Signals.SIGQUIT, Signals.SIGCHLD,
        Signals.SIGURG];

    /// <summary>
    /// Does this word behind <c>daemon</c> begin the options of a guardian? Else it is a command to one, or a flag of
    /// the command line.
    /// </summary>
    public static bool IsForeground(string word) =>
        word.StartsWith("--", StringComparison.Ordinal)
            && (GuardianOptions.IsFlag(word) || GuardianOptions.Parse([word]) is not null);

    /// <summary>The first start: never returns when all is well.</summary>
    public static int Start(ReadOnlySpan<string> words)
    {
        if (GuardianOptions.Parse(words) is not { } options) return Refuse(words);
        OuterTree.Leave();
        options = options with { Limits = OwnSurroundings.Limits(openFiles: 0) };
        OwnSurroundings.Normalize();
        CallerEnvironment.PutAway(isBackground: options.ReadyDescriptor >= 0);
        var mask = SignalSet.Of(Blocked);
        _ = SysSignal.pthread_sigmask(SysSignal.SIG_SETMASK, &mask, null);
        var self = SelfPath.Value;
        using var argv = new StringBlock(["tspm", Word, .. options.ToWords()]);
        using var path = new StringBlock([self]);
        _ = Unistd.execv(path.Pointers[0], argv.Pointers);
        return Fail(Descriptor.Own(options.ReadyDescriptor), $"cannot execute {self}: {Errno.Describe(Errno.Last)}",
            ExitFailed);
    }

    /// <summary>The second start: runs until the daemon is stopped.</summary>
    public static int Run(ReadOnlySpan<string> words)
    {
        // Executed through /proc/self/exe, and ps and killall would call it "exe".
        _ = SysPrctl.SetName("tspm\0"u8);
        if (ReExec.Parse(words) is { } change) return Succeed(change);
        var options = GuardianOptions.Parse(words) ?? new GuardianOptions();
        var ready = Descriptor.Own(options.ReadyDescriptor);
        options = options with { Foreground = !ready.IsOpen };
        try
        {
            var home = TspmHome.Resolve();
            HomeFolders.Prepare(home);
            options = options with
            {
                OpenFilesLimit = RaiseOpenFilesLimit(options),
                GuardianPid = Unistd.getpid(),
                OomScore = OomScore.Lower(),
            };
            var foreign = ForeignSocket.Find(home);
            options = options with { HasForeignSocket = foreign.IsOpen };
            var former = 0;
            var listener = Election
                .Run(home, foreign, out var guardianLock, () => (former = FormerGuardian.Find(home)) != 0);
            if (former != 0) FormerGuardian.Revive(home, former);
            if (!listener.IsOpen && !options.TakesOver) return AlreadyRunning(ready, home);
            var given = listener.IsOpen
                ? new Handover
                {
                    Listener = listener.HandOver(),
                    GuardianLock = guardianLock.HandOver(),
                    Options = options,
                }
                : TakeOver(home, foreign, options);
            Election.ListenAsSelf(given.Listener);
            _ = SysPrctl.prctl(SysPrctl.PR_SET_CHILD_SUBREAPER, 1);
            var mask = SignalSet.Of(Blocked);
            return new GuardianLoop(given, former: default, ready, &mask, home).Run();
        }
        catch (HomeException e)
        {
            return Fail(ready, e.Message, e.NotPermitted ? ExitNotPermitted : ExitFailed);
        }
    }

    /// <summary>Everything that the guardian of this home has, which is another process.</summary>
    static Handover TakeOver(TspmHome home, Descriptor foreign, GuardianOptions options)
    {
        var former = foreign.IsOpen ? home.FormerSocketPath : home.SocketPath;
        var given = GuardianTakeover.Take(former, out var problem)
            ?? throw new HomeException($"a daemon is already running for {home.Path}, and it goes on: {problem}");
        if (!foreign.IsOpen) return given with { Options = options };
        _ = Unistd.unlink(former);
        Descriptor.Own(given.Listener).Dispose();
        return given with { Options = options, Listener = foreign.HandOver() };
    }

    /// <summary>
    /// Goes on as the guardian that another version was until now, in this very process. What cannot be taken over is
    /// given back.
    /// </summary>
    static int Succeed(ReExec.Words change)
    {
        string reason;
        try
        {
            return Take(change).Run();
        }
        catch (Exception e) when (e is HandoverException or HomeException)
        {
            reason = e.Message;
        }
        OwnSurroundings.GiveBack();
        // Comes back only when the former version cannot be executed any more: then nothing is left but to say so. The
        // children live on, and the next daemon adopts them.
        StandardError
            .WriteLine($"the upgrade failed: {reason}; {ReExec.GoBack(change, reason)}; start the daemon again: tspm "
                + "daemon start");
        return ExitFailed;
    }

    static GuardianLoop Take(ReExec.Words change)
    {
        var given = ReExec.Read(change.Handover);
        // A version that did not say it has raised only the descriptor limit, and has told that.
        if (given.Options.Limits is null)
        {
            given = given with
            {
                Options = given.Options with { Limits = OwnSurroundings.Limits(given.Options.OpenFilesLimit) },
            };
            OwnSurroundings.Remember();
        }
        OwnSurroundings.Normalize();
        CallerEnvironment.PutAway(isBackground: !given.Options.Foreground);
        if (change.Undone is { } undone) given = given with
        {
            Options = given.Options with { UpgradeProblem = undone },
        };
        var mask = SignalSet.Of(Blocked);
        var loop = new GuardianLoop(given, Descriptor.Own(change.Former), ready: default, &mask, TspmHome.Resolve());
        ReExec.Taken(change, given);
        return loop;
    }

    static int AlreadyRunning(Descriptor ready, TspmHome home)
    {
        var isAwaited = ready.IsOpen;
        ReadyPipe.Tell(ready, ReadyPipe.Running);
        if (isAwaited) return 0;
        StandardError.WriteLine($"a daemon is already running for {home.Path}; see: tspm status");
        return ExitAlreadyRunning;
    }

    static int Refuse(ReadOnlySpan<string> words)
    {
        StandardError
            .WriteLine($"'tspm daemon' does not know '{words[0]}'; it takes start, stop, restart or upgrade, or, to "
                + "run in the foreground: --apply FILE, --exit-when errored|all-stopped, --logs, --take-over");
        return ExitUsage;
    }

    static int Fail(Descriptor ready, string sentence, int exitCode)
    {
        var isAwaited = ready.IsOpen;
        ReadyPipe.Tell(ready, $"{ReadyPipe.FailedPrefix}{exitCode} {sentence}");
        if (!isAwaited) StandardError.WriteLine(sentence);
        return exitCode;
    }

    /// <summary>
    /// Three descriptors a process need more than the usual soft limit of 1024; children get the old one back.
    /// </summary>
    static long RaiseOpenFilesLimit(GuardianOptions options)
    {
        ResourceLimit limit;
        if (SysResource.getrlimit(SysResource.RLIMIT_NOFILE, &limit) != 0) return 0;
        // Another start may have raised it before this one: what that found counts.
        var former = options.OpenFilesLimit > 0 ? options.OpenFilesLimit : (long)limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        _ = SysResource.setrlimit(SysResource.RLIMIT_NOFILE, &limit);
        return former;
    }
}
