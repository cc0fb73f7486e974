using System.Globalization;
using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The hidden mode <c>tspm __child-setup …</c>: runs as the child itself, applies the settings that posix_spawn cannot,
/// and then executes the program, without a fork and with the same pid. The order matters. Settings that need root
/// (priority, limits, OOM score) come before the change of user. The working directory and the program are checked
/// after it: a directory that only root may enter must fail, and a network directory that root may not enter must work.
/// systemd does the same.
/// </summary>
internal static unsafe class ChildSetUp
{
    /// <summary>First argument that selects this mode.</summary>
    public const string Word = "__child-setup";

    /// <summary>
    /// The first descriptor after 0, 1 and 2: the listening sockets come first, and the report pipe follows.
    /// </summary>
    internal const int FirstPassedFd = 3;

    /// <summary>
    /// The report pipe. A report is "stage, line feed, error number, line feed, sentence"; there is none on success.
    /// </summary>
    static int s_reportFd = FirstPassedFd;

    /// <summary>
    /// Written right before the exec. If the pipe is then closed without a report, the exec succeeded.
    /// </summary>
    internal const string AboutToExecute = "\u0001";

    const int FailureExitCode = 127;

    /// <summary>Sets up the child and executes the program.</summary>
    /// <returns>Returns only on failure: the exit code.</returns>
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
        // Comes first, and while still root, so that all descendants are in the cgroup. "0" stands for the writer.
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
        // Values from the launch context are applied as far as permitted; values from the config must be applied.
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
    /// Resets all signals: the runtime ignores SIGPIPE, and ignored signals stay ignored across exec (man 7 signal).
    /// Signals with handlers are reset by the exec itself.
    /// </summary>
    static void ResetSignals()
    {
        // Fails with EINVAL for SIGKILL and SIGSTOP.
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
    /// Sets the soft limits of the launch context, except those that the config sets. Memory limits come last, because
    /// the runtime uses more address space than most programs may have.
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

    /// <summary>Writes to the report pipe. This fails only if the daemon is gone, and then nobody needs it.</summary>
    static void Report(string text) => Write(s_reportFd, text);

    /// <summary>Writes without the runtime's console, which would install signal handlers.</summary>
    static void Write(int descriptor, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* raw = bytes) _ = Unistd.write(descriptor, raw, (nuint)bytes.Length);
    }

    internal static SpawnFailure Failure(string stage, string what, int errno) =>
        new(stage, errno, $"{what}: {Errno.Describe(errno)}");
}
