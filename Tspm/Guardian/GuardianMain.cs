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
/// <c>tspm daemon</c>: the guardian, which is the parent of the daemon. There are two processes because only a parent
/// learns how a child ended, and only a living process can hold a listening socket and the read ends of FIFOs. The
/// guardian does nothing else, so little in it can fail, while the daemon with all its code may die at any instant. The
/// guardian starts in two steps: the runtime creates threads before Main, and a signal that one of them has not blocked
/// kills the process. So the first start blocks the signals and executes itself, and all threads of the second start
/// inherit the mask.
/// </summary>
internal static unsafe class GuardianMain
{
    /// <summary>The hidden first word of the second start.</summary>
    public const string Word = NestedGuardian.Word;

    /// <summary>A foreground start found another guardian running for this home.</summary>
    const int ExitAlreadyRunning = 1;

    const int ExitFailed = 1, ExitNotPermitted = 6, ExitUsage = 2;

    /// <summary>The signals that are blocked and read by signalfd.</summary>
    static readonly int[] Blocked = [Signals.SIGTERM, Signals.SIGINT, Signals.SIGHUP, Signals.SIGQUIT, Signals.SIGCHLD,
        Signals.SIGURG];

    /// <summary>
    /// Whether this word after <c>daemon</c> is an option of a guardian; otherwise, it is a subcommand or a general
    /// flag.
    /// </summary>
    public static bool IsForeground(string word) =>
        word.StartsWith("--", StringComparison.Ordinal)
            && (GuardianOptions.IsFlag(word) || GuardianOptions.Parse([word]) is not null);

    /// <summary>The first start, which executes the second one.</summary>
    /// <returns>Only on failure: the exit code.</returns>
    public static int Start(ReadOnlySpan<string> words)
    {
        if (GuardianOptions.Parse(words) is not { } options) return Refuse(words);
        OuterTree.Leave();
        options = options with { Limits = InheritedAttributes.Limits(openFiles: 0) };
        InheritedAttributes.Normalize();
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

    /// <summary>The second start, which runs until the daemon is stopped.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(ReadOnlySpan<string> words)
    {
        // After an exec of /proc/self/exe, ps and killall would call the process "exe".
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
                .Run(home, foreign, out var guardianLock, () => (former = HomelessGuardian.Find(home)) != 0);
            if (former != 0) HomelessGuardian.Revive(home, former);
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

    /// <summary>Takes everything over from the running guardian of this home.</summary>
    static Handover TakeOver(TspmHome home, Descriptor foreign, GuardianOptions options)
    {
        var former = foreign.IsOpen ? home.PreviousSocketPath : home.SocketPath;
        var given = GuardianTakeover.Take(former, out var problem)
            ?? throw new HomeException(
                $"cannot take over from the daemon that is running for {home.Path}, which keeps running: {problem}");
        if (!foreign.IsOpen) return given with { Options = options };
        _ = Unistd.unlink(former);
        Descriptor.Own(given.Listener).Dispose();
        return given with { Options = options, Listener = foreign.HandOver() };
    }

    /// <summary>
    /// Continues as the guardian that another version was until now, in the same process. If that fails, executes the
    /// other version again.
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
        InheritedAttributes.Restore();
        // GoBack returns only if the previous version cannot be executed. The children keep running, and the next
        // daemon adopts them.
        StandardError.WriteLine($"the upgrade failed: {reason}; {ReExec.GoBack(change, reason)}. The processes keep "
            + "running; start the daemon again with: tspm daemon start");
        return ExitFailed;
    }

    static GuardianLoop Take(ReExec.Words change)
    {
        var given = ReExec.Read(change.Handover);
        // A version that did not hand over the limits raised only the descriptor limit, and handed over its old value.
        if (given.Options.Limits is null)
        {
            given = given with
            {
                Options = given.Options with { Limits = InheritedAttributes.Limits(given.Options.OpenFilesLimit) },
            };
            InheritedAttributes.Remember();
        }
        InheritedAttributes.Normalize();
        CallerEnvironment.PutAway(isBackground: !given.Options.Foreground);
        if (change.Undone is { } undone)
            given = given with { Options = given.Options with { UpgradeProblem = undone } };
        var mask = SignalSet.Of(Blocked);
        var loop = new GuardianLoop(given, Descriptor.Own(change.Former), ready: default, &mask, TspmHome.Resolve());
        ReExec.Complete(change, given);
        return loop;
    }

    static int AlreadyRunning(Descriptor ready, TspmHome home)
    {
        var isAwaited = ready.IsOpen;
        ReadyPipe.Report(ready, ReadyPipe.Running);
        if (isAwaited) return 0;
        StandardError.WriteLine($"a daemon is already running for {home.Path}; see: {Command(home)} status");
        return ExitAlreadyRunning;
    }

    /// <summary>The beginning of a command that reaches the daemon of a home.</summary>
    static string Command(TspmHome home) => home.IsSystem ? "tspm --system" : "tspm";

    static int Refuse(ReadOnlySpan<string> words)
    {
        StandardError.WriteLine($"'tspm daemon' does not accept '{words[0]}'; it accepts start, stop, restart and "
            + "upgrade, or, to run in the foreground, "
            + "--apply FILE, --exit-when errored|all-stopped, --logs and --take-over");
        return ExitUsage;
    }

    static int Fail(Descriptor ready, string sentence, int exitCode)
    {
        var isAwaited = ready.IsOpen;
        ReadyPipe.Report(ready, $"{ReadyPipe.FailedPrefix}{exitCode} {sentence}");
        if (!isAwaited) StandardError.WriteLine(sentence);
        return exitCode;
    }

    /// <summary>
    /// Raises the soft limit of open files: each process needs three descriptors, and the usual limit is 1024. Children
    /// get the old limit back.
    /// </summary>
    /// <returns>The old limit; 0 if it is unknown.</returns>
    static long RaiseOpenFilesLimit(GuardianOptions options)
    {
        ResourceLimit limit;
        if (SysResource.getrlimit(SysResource.RLIMIT_NOFILE, &limit) != 0) return 0;
        // An earlier start of this guardian may have raised the limit already; its value is the original one.
        var former = options.OpenFilesLimit > 0 ? options.OpenFilesLimit : (long)limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        _ = SysResource.setrlimit(SysResource.RLIMIT_NOFILE, &limit);
        return former;
    }
}
