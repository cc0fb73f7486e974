using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Starts programs with posix_spawn: glibc clones without copying memory and returns when the exec has succeeded or
/// failed, so a start takes well under a millisecond and a failure is known at once. <see cref="ChildSetUp"/>, which is
/// the same executable between spawn and exec, does what posix_spawn cannot (user, umask, limits …). The error number
/// alone does not identify the stage, so files, directory and program are checked first. Afterwards the FIFOs may be
/// gone, because their reader removes them once nobody has them open. Descriptors 0, 1 and 2 of this process must be
/// open, as they are in every daemon.
/// </summary>
internal sealed class LinuxSpawner
{
    public const string PrepareStage =
        "prepare", OutputStage = "open output", InputStage = "open input", CreateStage = "create process";

    readonly SetUpCommand _setUpCommand;
    readonly ulong?[] _originalLimits;
    readonly int? _originalOomScore;

    /// <summary>The settings of the last start; most starts have the same ones.</summary>
    (LaunchContext? Launch, long? OpenFiles, BirthSettings Settings)? _last;

    /// <param name="setUpCommand">How to run the hidden set-up mode.</param>
    /// <param name="originalOpenFiles">The soft descriptor limit that children get by default.</param>
    /// <param name="originalOomScore">The OOM score of children; null for that of this process.</param>
    /// <param name="originalLimits">
    /// The other soft limits that children get by default, see <see cref="SoftLimits"/>; null for those of this
    /// process.
    /// </param>
    public LinuxSpawner(SetUpCommand setUpCommand, ulong originalOpenFiles, int? originalOomScore = null,
        string? originalLimits = null)
    {
        _setUpCommand = setUpCommand;
        _originalLimits = SoftLimits.Parse(originalLimits ?? "") ?? new ulong?[SoftLimits.Names.Length];
        _originalLimits[SysResource.RLIMIT_NOFILE] = originalOpenFiles;
        _originalOomScore = originalOomScore;
        InheritedDescriptors.HideAll();
    }

    /// <summary>Starts a program; the caller has to reap it.</summary>
    /// <returns>Null if the program runs, with the pid <paramref name="pid"/>; otherwise the failure.</returns>
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
        var result = Start(program!, request.Arguments, request, settings, reportFd: -1);
        pid = result.Pid;
        return result.IsStarted
            ? null
            : SpawnErrors.Explain(program!, request.WorkingDirectory, result.ErrorNumber);
    }

    /// <summary>
    /// Calls posix_spawn. In the set-up mode, the child gets the report descriptor as the first number after its
    /// listeners, and changes the directory itself.
    /// </summary>
    internal SpawnResult Start(string program, IReadOnlyCollection<string> arguments, SpawnRequest request,
        BirthSettings settings, int reportFd)
    {
        using var spawner = new PosixSpawner(new PosixSpawnRequest
        {
            Path = program,
            Arguments = arguments,
            Environment = request.Environment,
            WorkingDirectory = reportFd < 0 ? request.WorkingDirectory : null,
            Descriptors = DescriptorsOf(request, reportFd),
            Leads = request.LeadsSession ? ChildLeads.Session : ChildLeads.Group,
            ResetsSignals = true,
        });
        var call = new SpawnCall(spawner)
        {
            // The set-up mode applies the settings itself, and must not have them before that.
            Settings = reportFd < 0 ? settings : null,
            RunMark = request.RunMark,
        };
        LimitedSpawn.Run(call, settings.Limits, _originalOomScore);
        return call.Result;
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

    static List<ChildDescriptor> DescriptorsOf(SpawnRequest request, int reportFd)
    {
        var files = new List<ChildDescriptor>(4 + request.Listeners.Count)
        {
            request.StdinPath is { } input
                ? ChildDescriptor.Both(input, ChildDescriptor.StandardInput)
                : ChildDescriptor.NullInput(ChildDescriptor.StandardInput),
            ChildDescriptor.Both(request.StdoutPath, ChildDescriptor.StandardOutput),
            request.StderrPath == request.StdoutPath
                ? ChildDescriptor.Copy(ChildDescriptor.StandardOutput, ChildDescriptor.StandardError)
                : ChildDescriptor.Both(request.StderrPath, ChildDescriptor.StandardError),
        };
        if (reportFd < 0) return files;
        var number = ChildSetUp.FirstPassedFd;
        foreach (var listener in request.Listeners) files.Add(ChildDescriptor.Copy(listener, number++));
        files.Add(ChildDescriptor.Copy(reportFd, number));
        return files;
    }

    BirthSettings SettingsFor(SpawnRequest request)
    {
        if (_last is { } known && known.Launch == request.Launch && known.OpenFiles == request.OpenFilesLimit)
            return known.Settings;
        var settings = BirthSettings.From(request.Launch, request.OpenFilesLimit, _originalLimits);
        _last = (request.Launch, request.OpenFilesLimit, settings);
        return settings;
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
