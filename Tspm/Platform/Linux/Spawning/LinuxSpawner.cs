using System.Runtime.CompilerServices;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Starts programs with posix_spawn: glibc clones without copying memory and comes back when the exec has succeeded or
/// failed, so a start costs well under a millisecond and a failure is known at once. What posix_spawn cannot do (user,
/// umask, limits …) is done by <see cref="ChildSetUp"/>, the same executable between spawn and exec. The error number
/// alone does not tell the stage, so files, directory and program are looked at first; afterwards the FIFOs may be gone
/// already: who reads them removes them when nobody has them open any more. Descriptors 0, 1 and 2 of this process must
/// be open, as they are in every daemon.
/// </summary>
internal sealed unsafe class LinuxSpawner
{
    public const string PrepareStage =
        "prepare", OutputStage = "open output", InputStage = "open input", CreateStage = "create process";

    const string NullDevice = "/dev/null";

    /// <summary>Room left for what other threads open while the limit is lowered for a moment.</summary>
    const ulong SpareDescriptors = 64;

    /// <summary>
    /// From so many on a start is quicker by way of <see cref="BareSpawner"/> than from a thread that has them all:
    /// going there and back costs some ten microseconds.
    /// </summary>
    const ulong ManyDescriptors = 256;

    readonly SetUpCommand _setUpCommand;
    readonly ulong?[] _originalLimits;
    readonly int? _originalOomScore;

    /// <summary>Those of the last start, which most others share.</summary>
    (LaunchContext? Launch, long? OpenFiles, BirthSettings Settings)? _last;

    /// <param name="setUpCommand">How to run the hidden set-up mode.</param>
    /// <param name="originalOpenFiles">The soft descriptor limit that children get by default.</param>
    /// <param name="originalOomScore">The score that children are started with; null: that of this process.</param>
    /// <param name="originalLimits">The other soft limits that children get by default, see <see cref="SoftLimits"/>;
    /// null: those of this process.</param>
    public LinuxSpawner(SetUpCommand setUpCommand, ulong originalOpenFiles, int? originalOomScore = null,
        string? originalLimits = null)
    {
        _setUpCommand = setUpCommand;
        _originalLimits = SoftLimits.Parse(originalLimits ?? "") ?? new ulong?[SoftLimits.Names.Length];
        _originalLimits[SysResource.RLIMIT_NOFILE] = originalOpenFiles;
        _originalOomScore = originalOomScore;
        HideInheritedDescriptors();
    }

    /// <summary>Null: the program runs and <paramref name="pid"/> is its pid, to be reaped by the caller.</summary>
    public SpawnFailure? Spawn(SpawnRequest request, out int pid)
    {
        pid = 0;
        if (FindNul(request) is { } nul) return nul;
        if (CheckFiles(request) is { } noFile) return noFile;
        var settings = SettingsFor(request);
        if (request.SetUp is null && settings.NeedsSetUp()) request = request with { SetUp = new SetUp() };
        if (request.SetUp is not null) return SetUpRun.Spawn(this, _setUpCommand, request, settings, out pid);
        if (ProgramLookup.CheckDirectory(request.WorkingDirectory) is { } noDirectory) return noDirectory;
        var (program, failure) = ProgramLookup
            .Find(request.Program, request.WorkingDirectory, request.Environment.GetValueOrDefault("PATH"));
        if (failure is not null) return failure;
        var errno = Start(program!, request.Arguments, request, settings, reportFd: -1, out pid);
        return errno == 0 ? null : Explain(request, errno, program!);
    }

    /// <summary>
    /// posix_spawn itself. With a report descriptor (set-up mode) it becomes the child's first number behind the
    /// listeners, and the directory is left to the child.
    /// </summary>
    internal int Start(string program, IReadOnlyCollection<string> arguments, SpawnRequest request,
        BirthSettings settings, int reportFd, out int pid)
    {
        using var path = new StringBlock([program]);
        using var argv = new StringBlock(arguments);
        using var envp = StringBlock.OfEnvironment(request.Environment);
        SpawnFileActions actions;
        SpawnAttributes attributes;
        pid = 0;
        var errno = PosixSpawn.posix_spawn_file_actions_init(&actions);
        if (errno != 0) return errno;
        errno = PosixSpawn.posix_spawnattr_init(&attributes);
        if (errno == 0) errno = AddFiles(&actions, request);
        if (errno == 0 && reportFd >= 0) errno = AddPassed(&actions, request.Listeners, reportFd);
        if (errno == 0 && reportFd < 0)
            errno = PosixSpawn.posix_spawn_file_actions_addchdir_np(&actions, request.WorkingDirectory);
        if (errno == 0) errno = SetAttributes(&attributes, request.LeadsSession);
        if (errno == 0)
        {
            // The set-up mode gives the child its values itself: it needs others until then.
            var call = new SpawnCall(path.Pointers[0], &actions, &attributes, argv.Pointers, envp.Pointers)
            {
                Settings = reportFd < 0 ? settings : null,
                RunMark = request.RunMark,
            };
            StartWithLimits(call, settings.Limits);
            (errno, pid) = (call.Errno, call.Pid);
        }
        _ = PosixSpawn.posix_spawnattr_destroy(&attributes); // does nothing in glibc
        _ = PosixSpawn.posix_spawn_file_actions_destroy(&actions); // cannot fail
        return errno;
    }

    /// <summary>The sentence for a failed spawn.</summary>
    internal static SpawnFailure Explain(SpawnRequest request, int errno, string program)
    {
        if (ProgramLookup.CheckDirectory(request.WorkingDirectory) is { } noDirectory) return noDirectory;
        return errno is Errno.EAGAIN or Errno.ENOMEM
            ? new SpawnFailure(CreateStage, errno,
                $"cannot create a process: {Errno.Describe(errno)} (too many processes, or too little memory)")
            : ProgramLookup.ExecuteFailure(program, request.WorkingDirectory, errno);
    }

    static SpawnFailure? CheckFiles(SpawnRequest request)
    {
        if (request.StdinPath is { } input && Unistd.access(input, Unistd.R_OK) != 0)
            return CannotOpen(InputStage, "input", input);
        if (Unistd.access(request.StdoutPath, Unistd.W_OK) != 0)
            return CannotOpen(OutputStage, "output", request.StdoutPath);
        return Unistd.access(request.StderrPath, Unistd.W_OK) != 0
            ? CannotOpen(OutputStage, "output", request.StderrPath)
            : null;
    }

    static SpawnFailure CannotOpen(string stage, string what, string path) =>
        new(stage, Errno.Last, $"cannot open the {what} {path}: {Errno.Describe(Errno.Last)}");

    static int AddFiles(SpawnFileActions* actions, SpawnRequest request)
    {
        // For reading and writing: the child then holds both ends, and a reader that dies is no SIGPIPE.
        const int both = Fcntl.O_RDWR | Fcntl.O_NOCTTY;
        var input = request.StdinPath;
        var errno = PosixSpawn.posix_spawn_file_actions_addopen(actions, Unistd.STDIN_FILENO, input ?? NullDevice,
            input is null ? Fcntl.O_RDONLY : both, 0);
        if (errno == 0)
            errno = PosixSpawn.posix_spawn_file_actions_addopen(
                actions, Unistd.STDOUT_FILENO, request.StdoutPath, both, 0);
        if (errno != 0) return errno;
        return request.StderrPath == request.StdoutPath
            ? PosixSpawn.posix_spawn_file_actions_adddup2(actions, Unistd.STDOUT_FILENO, Unistd.STDERR_FILENO)
            : PosixSpawn.posix_spawn_file_actions_addopen(actions, Unistd.STDERR_FILENO, request.StderrPath, both, 0);
    }

    static int AddPassed(SpawnFileActions* actions, IReadOnlyList<int> listeners, int reportFd)
    {
        var errno = 0;
        for (var i = 0; i < listeners.Count && errno == 0; i++)
            errno = PosixSpawn.posix_spawn_file_actions_adddup2(actions, listeners[i], ChildSetUp.FirstPassedFd + i);
        return errno == 0
            ? PosixSpawn.posix_spawn_file_actions_adddup2(actions, reportFd, ChildSetUp.FirstPassedFd + listeners.Count)
            : errno;
    }

    static int SetAttributes(SpawnAttributes* attributes, bool leadsSession)
    {
        var none = SignalSet.Empty;
        // All 64, also the two that glibc uses inside and would otherwise leave ignored.
        var all = SignalSet.All;
        var errno = PosixSpawn.posix_spawnattr_setsigmask(attributes, &none);
        if (errno == 0) errno = PosixSpawn.posix_spawnattr_setsigdefault(attributes, &all);
        if (errno != 0) return errno;
        const int signals = PosixSpawn.POSIX_SPAWN_SETSIGDEF | PosixSpawn.POSIX_SPAWN_SETSIGMASK;
        var leads = leadsSession ? PosixSpawn.POSIX_SPAWN_SETSID : PosixSpawn.POSIX_SPAWN_SETPGROUP;
        return PosixSpawn.posix_spawnattr_setflags(attributes, (short)(leads | signals));
    }

    /// <summary>
    /// A program may look at its limits first of all, and posix_spawn cannot set them. So our own are changed for the
    /// moment of the spawn, as long as that cannot hurt us (see <see cref="BirthSettings.NeedsSetUp"/>); with more
    /// descriptors open than the child may have, the child's limit of them is changed right after the exec instead.
    /// </summary>
    void StartWithLimits(SpawnCall call, ulong?[] limits)
    {
        // A limit is the process's: a second spawner would take the lowered one for the own one, and leave it behind.
        lock (LimitGate)
        {
            // Likewise the score: a child inherits it at its birth, and so do its own children from their first
            // instant.
            if (_originalOomScore is { } score) _ = OomScore.Set(score);
            StartWithLimitsAlone(call, limits);
            if (_originalOomScore is not null) _ = OomScore.Set(OomScore.OfSupervision);
        }
    }

    /// <summary>
    /// May a child have this soft limit? Found by trying: root may lack the privilege to raise a hard limit.
    /// </summary>
    public static bool CanHave(int resource, ulong soft)
    {
        lock (LimitGate)
        {
            ResourceLimit own;
            if (SysResource.getrlimit(resource, &own) != 0) return false;
            if (soft <= own.rlim_max) return true;
            var raised = own with { rlim_max = soft };
            if (SysResource.setrlimit(resource, &raised) != 0) return false;
            _ = SysResource.setrlimit(resource, &own);
            return true;
        }
    }

    static readonly Lock LimitGate = new();

    static readonly BareSpawner Bare = new();

    static void StartWithLimitsAlone(SpawnCall call, ulong?[] limits)
    {
        var open = DescriptorReserve.Open;
        var files = limits[SysResource.RLIMIT_NOFILE];
        var isLate = files is { } soft && !(open + SpareDescriptors < soft);
        var swap = new LimitSwap();
        if (call.RunMark != RunMark.None && MayMark(call.RunMark)) swap.Set(SysResource.RLIMIT_RTTIME, call.RunMark);
        if (!isLate && files is { } wanted) swap.Set(SysResource.RLIMIT_NOFILE, wanted);
        if (call.Settings is not null)
            foreach (var resource in Harmless)
                if (limits[resource] is { } limit) swap.Set(resource, limit);
        if (call.Settings is { } settings && !ThreadValues.CanBorrow(settings.Nice)) call.RunOnce();
        // A runtime that compiles while it runs has a descriptor for that, on whatever thread it does it.
        else if (call.Settings is null || open < ManyDescriptors || RuntimeFeature.IsDynamicCodeSupported) call.Run();
        else Bare.Run(call);
        swap.Restore();
        if (isLate && call.Errno == 0) LimitFilesOf(call.Pid, files!.Value);
    }

    /// <summary>False: a finite hard limit leaves no room for a mark.</summary>
    static bool MayMark(ulong runMark)
    {
        ResourceLimit own;
        return SysResource.getrlimit(SysResource.RLIMIT_RTTIME, &own) == 0 && runMark <= own.rlim_max;
    }

    /// <summary>
    /// The limits that this process can have for a moment without any harm, but for that of descriptors.
    /// </summary>
    static readonly int[] Harmless =
    [
        SysResource.RLIMIT_CORE, SysResource.RLIMIT_STACK, SysResource.RLIMIT_RSS, SysResource.RLIMIT_MEMLOCK,
        SysResource.RLIMIT_LOCKS, SysResource.RLIMIT_SIGPENDING, SysResource.RLIMIT_MSGQUEUE,
        SysResource.RLIMIT_NICE, SysResource.RLIMIT_RTPRIO,
    ];

    static void LimitFilesOf(int child, ulong soft)
    {
        ResourceLimit own;
        _ = SysResource.getrlimit(SysResource.RLIMIT_NOFILE, &own); // cannot fail with a good pointer
        own.rlim_cur = Math.Min(soft, own.rlim_max);
        _ = SysResource.prlimit(child, SysResource.RLIMIT_NOFILE, &own, null); // ended already: no matter
    }

    BirthSettings SettingsFor(SpawnRequest request)
    {
        if (_last is { } known && known.Launch == request.Launch && known.OpenFiles == request.OpenFilesLimit)
            return known.Settings;
        var settings = BirthSettings.Of(request.Launch, request.OpenFilesLimit, _originalLimits);
        _last = (request.Launch, request.OpenFilesLimit, settings);
        return settings;
    }

    /// <summary>
    /// What this process was started with and does not know must not reach a child. Everything opened here is
    /// close-on-exec by itself.
    /// </summary>
    static void HideInheritedDescriptors()
    {
        const int first = Unistd.STDERR_FILENO + 1;
        if (SysSyscall.close_range(first, uint.MaxValue, SysSyscall.CLOSE_RANGE_CLOEXEC) == 0) return;
        var open = new List<int>(); // before Linux 5.11: one by one
        _ = Dirent.ReadNumbers("/proc/self/fd\0"u8, open);
        foreach (var fd in open)
        {
            if (fd >= first) _ = Fcntl.fcntl(fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        }
    }

    static SpawnFailure? FindNul(SpawnRequest request)
    {
        var where = request.Program.Contains('\0') ? "the program's name"
            : request.Arguments.Any(argument => argument.Contains('\0')) ? "an argument"
            : request.WorkingDirectory.Contains('\0') ? "the working directory"
            : VariableWithNul(request.Environment) is { } name ? "the variable "
                + $"{name.Replace("\0", "\\0", StringComparison.Ordinal)}"
            : null;
        return where is null
            ? null
            : new SpawnFailure(PrepareStage, Errno.EINVAL, $"cannot run it: {where} contains a NUL character");
    }

    static string? VariableWithNul(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
            if (name.Contains('\0') || value.Contains('\0')) return name;
        return null;
    }
}
