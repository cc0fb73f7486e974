using System.Globalization;
using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The hidden mode <c>tspm __child-setup …</c>: runs as the child itself, changes what posix_spawn cannot, and becomes
/// the program by exec: same pid, no fork. The order matters: what needs root (priority, limits, OOM score) comes
/// before the change of user; the working directory and the program are looked at after it, because a directory that
/// only root may enter must fail, and one on a network that root may not enter must work: systemd does the same.
/// </summary>
internal static unsafe class ChildSetUp
{
    /// <summary>First argument that selects this mode.</summary>
    public const string Word = "__child-setup";

    /// <summary>
    /// The first descriptor behind the three: listening sockets, as many as there are, and behind them the report.
    /// </summary>
    internal const int FirstPassedFd = 3;

    /// <summary>Where the report goes: "stage, line feed, error number, line feed, sentence", or nothing.</summary>
    static int s_reportFd = FirstPassedFd;

    /// <summary>Written right before the exec. If the pipe then just closes, the exec has succeeded.</summary>
    internal const string AboutToExecute = "\u0001";

    const int FailureExitCode = 127;

    /// <summary>Returns only on failure; the exit code of the process.</summary>
    public static int Run(string[] args)
    {
        var wanted = SetUpArguments.Read(args);
        s_reportFd += wanted?.Listeners ?? 0;
        if (wanted is null || Fcntl.fcntl(s_reportFd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC) != 0)
        {
            Write(Unistd.STDERR_FILENO, $"tspm {Word} is internal: tspm uses it to start programs.\n");
            return 2;
        }
        var failure = ApplySettings(wanted) ?? TargetUser.Become(wanted.User, wanted.Group) ?? Execute(wanted);
        Report(string.Create(CultureInfo.InvariantCulture, $"{failure.Stage}\n{failure.Errno}\n{failure.Sentence}"));
        return FailureExitCode;
    }

    static SpawnFailure? ApplySettings(SetUpArguments wanted)
    {
        // First of all, and while still root: from here on nothing that it starts is anywhere else. "0" is whoever
        // writes it.
        if (wanted.Cgroup.Length > 0
            && FileSystem.WriteInPlace(wanted.Cgroup + "/cgroup.procs", "0"u8, create: false) is { } refused)
            return new SpawnFailure("join cgroup", Errno.EIO, $"cannot enter the cgroup {wanted.Cgroup}: {refused}");
        if (wanted.OomScoreAdjust is { } score && OomScore.Set(score) is not 0 and var errno)
            return Failure("set oomScoreAdjust",
                $"cannot set oomScoreAdjust to {score.ToString(CultureInfo.InvariantCulture)}", errno);
        foreach (var (name, value) in wanted.Limits)
        {
            if (SetLimit(name, value) is { } noLimit) return noLimit;
        }
        KeepLimits(wanted, ofMemory: false);
        // What was kept is taken as far as it may be; what the config asks for must be.
        if (wanted.Nice is null) _ = SysResource.setpriority(SysResource.PRIO_PROCESS, 0, wanted.Birth.Nice);
        _ = ThreadValues.Set(wanted.Birth, withNice: false);
        if (wanted.Nice is { } nice && SysResource.setpriority(SysResource.PRIO_PROCESS, 0, nice) != 0)
            return Failure("set nice", $"cannot set nice to {nice.ToString(CultureInfo.InvariantCulture)}", Errno.Last);
        if (wanted.Umask.Length == 0) return null;
        if (LaunchContext.ParseOctal(wanted.Umask) is not { } mask)
            return new SpawnFailure("set umask", Errno.EINVAL,
                $"cannot set umask to '{wanted.Umask}': not an octal number such as 027");
        _ = SysStat.umask(mask);
        return null;
    }

    static SpawnFailure Execute(SetUpArguments wanted)
    {
        if (Unistd.chdir(wanted.WorkingDirectory) != 0)
            return ProgramLookup.DirectoryFailure(wanted.WorkingDirectory, Errno.Last);
        var (path, failure) = ProgramLookup
            .Find(wanted.Program, wanted.WorkingDirectory, Environment.GetEnvironmentVariable("PATH"));
        if (failure is not null) return failure;
        using var file = new StringBlock([path!]);
        using var argv = new StringBlock(wanted.Arguments);
        foreach (var variable in wanted.PidVariables.Split(',', StringSplitOptions.RemoveEmptyEntries))
            _ = Unistd.setenv(variable, Unistd.getpid().ToString(CultureInfo.InvariantCulture), 1);
        ResetSignals();
        Report(AboutToExecute);
        KeepLimits(wanted, ofMemory: true);
        _ = Unistd.execv(file.Pointers[0], argv.Pointers);
        return ProgramLookup.ExecuteFailure(path!, wanted.WorkingDirectory, Errno.Last);
    }

    /// <summary>
    /// The runtime ignores SIGPIPE, and what is ignored stays so over an exec (man 7 signal). Handlers become default
    /// by themselves.
    /// </summary>
    static void ResetSignals()
    {
        // SIGKILL, SIGSTOP: EINVAL
        for (var signal = 1; signal <= SysSignal.HighestSignal; signal++)
            _ = SysSignal.signal(signal, SysSignal.SIG_DFL);
        var none = SignalSet.Empty;
        _ = SysSignal.pthread_sigmask(SysSignal.SIG_SETMASK, &none, null);
    }

    static SpawnFailure? SetLimit(string name, ulong value)
    {
        var resource = Array.IndexOf(SoftLimits.Names, name);
        var limit = new ResourceLimit { rlim_cur = value, rlim_max = value };
        if (resource >= 0 && SysResource.setrlimit(resource, &limit) == 0) return null;
        return Failure($"set limit {name}",
            $"cannot set the limit {name} to {value.ToString(CultureInfo.InvariantCulture)}",
                resource < 0 ? Errno.EINVAL : Errno.Last);
    }

    /// <summary>
    /// The soft limits that were kept, but for those that the config sets. Those of memory come last: the runtime has
    /// more address space than most programs may have.
    /// </summary>
    static void KeepLimits(SetUpArguments wanted, bool ofMemory)
    {
        var kept = new LimitSwap();
        for (var resource = 0; resource < wanted.Birth.Limits.Length; resource++)
        {
            if (wanted.Birth.Limits[resource] is not { } soft || IsOfMemory(resource) != ofMemory
                || wanted.Limits.Any(limit => limit.Name == SoftLimits.Names[resource])) continue;
            _ = kept.Set(resource, soft);
        }
    }

    static bool IsOfMemory(int resource) => resource is SysResource.RLIMIT_AS or SysResource.RLIMIT_DATA;

    /// <summary>Fails only when the daemon is gone, and nobody asks any more.</summary>
    static void Report(string text) => Write(s_reportFd, text);

    /// <summary>Without the runtime's console, which would install signal handlers.</summary>
    static void Write(int descriptor, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* raw = bytes) _ = Unistd.write(descriptor, raw, (nuint)bytes.Length);
    }

    internal static SpawnFailure Failure(string stage, string what, int errno) =>
        new(stage, errno, $"{what}: {Errno.Describe(errno)}");
}
