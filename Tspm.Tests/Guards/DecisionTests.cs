using System.Text.RegularExpressions;

namespace Tspm.Tests.Guards;

/// <summary>
/// In the room of the supervisor no file both touches the machine and decides. A file touches it when it calls the file
/// system or the process system itself; these are named below. A file decides when it knows configs, policies or phases
/// of a lifecycle; no file of the list may. Facts go from one kind to the other as values.
/// Not covered: the clock, which every part is given, and services that speak for themselves (outputs, sockets, run
/// records, timers).
/// </summary>
[Timeout(60_000)]
internal sealed partial class DecisionTests
{
    /// <summary>Readers and actors, and what for.</summary>
    static readonly Dictionary<string, string> s_touching = new()
    {
        ["Checks/ListenerCheck.cs"] = "asks who answered a probe",
        ["Checks/ExecProbe.cs"] = "runs the command of a probe",
        ["Checks/MemoryReader.cs"] = "reads the memory of a tree",
        ["Hooks/HookInput.cs"] = "writes and removes what hooks read",
        ["Hooks/HookRun.cs"] = "runs a hook and kills what it left",
        ["LegacyProgramReader.cs"] = "looks for programs of an older Tspm",
        ["Process/ChildSpawn.cs"] = "starts the child of a run",
        ["Process/LogSize.cs"] = "looks how long a log is",
        ["Process/OutOfMemoryReader.cs"] = "reads the kernel's log",
        ["Process/RunTree.cs"] = "finds and signals what a run left",
        ["Recovery/EarlierChildren.cs"] = "finds and adopts children of earlier daemons",
        ["Starting/StartFileReader.cs"] = "reads the files of a start",
    };

    /// <summary>Declares what all the others are given.</summary>
    const string Services = "MachineServices.cs";

    static IEnumerable<string> Files => Repository.Sources()
        .Where(static file => file.StartsWith("Supervision/", StringComparison.Ordinal))
        .Select(static file => file["Supervision/".Length..]).Where(static file => file != Services);

    static string Code(string file) => SourceCode.Of(Repository.Source($"Supervision/{file}"));

    [Test]
    public async Task Only_readers_and_actors_touch_the_machine(CancellationToken cancellation)
    {
        await Assert.That(Files.Count()).IsGreaterThan(100);
        await Assert.That(Files.Where(static file => Touches(Code(file)))).IsEquivalentTo(s_touching.Keys);
    }

    [Test]
    public async Task Readers_and_actors_know_nothing_to_decide_by(CancellationToken cancellation)
    {
        var wrong = s_touching.Keys.SelectMany(static file => Reasons(Code(file)).Select(name => $"{file}: {name}"));
        await Assert.That(wrong).IsEmpty();
    }

    /// <summary>Files that did both, as they were: what touched, and what decided.</summary>
    [Test]
    [Arguments("RestartCheck", "MissingScript.FindFor(cell.Definition.Config)", "LifecyclePhase.Online")]
    [Arguments("SpawnPlan", "MissingScript.FindFor(definition.Config)", "StopPolicy.From(x)")]
    [Arguments("HookRun", "Directory.EnumerateFiles(x)", "cell.Definition.Config.Hooks")]
    [Arguments("ChildRunFactory", "new FileInfo(path)", "Definition.Config")]
    [Arguments("ProcessRecovery", "services.System.FindFifoHolder(x)", "LifecyclePhase.Waiting")]
    [Arguments("LostDefinitions", "void Restore(IProcessSystem system)", "nameof(AfterExit.Stop)")]
    [Arguments("ProcessNarrator", "services.System.OutOfMemoryKill(pid, lived)", "RestartPolicy.From(x)")]
    [Arguments("MemoryWatch", "_services.System.ReadTree(pid)", "new LifecycleEvent.FoundUnfit(x)")]
    [Arguments("EnvironmentReader", "EnvFile.Read(path, environment)", "definition.Config.EnvFile")]
    [Arguments("WatchedFiles", "FileSystem.RealPath(path)", "WatchedFiles(ProcessConfig config)")]
    [Arguments("ListenerCheck", "readonly ITcpListeners _listeners", "static int? PortOf(Probe? probe)")]
    [Arguments("ChildEnding", "services.System.KillLeftovers(mark)", "StopPolicy Policy")]
    public async Task What_does_both_is_found(
        string file, string touching, string deciding, CancellationToken cancellation)
    {
        await Assert.That(Touches(touching)).IsTrue().Because(file);
        await Assert.That(Reasons(deciding)).IsNotEmpty().Because(file);
    }

    [Test]
    [Arguments("services.System.BootId")]
    [Arguments("services.StartFiles.FindMissing(scripts, found)")]
    [Arguments("MissingScript.NeededBy(config)")]
    [Arguments("Path.Combine(folder, name)")]
    [Arguments("EnvFile.Parse(file, environment)")]
    public async Task What_asks_nobody_touches_nothing(string code, CancellationToken cancellation) =>
        await Assert.That(Touches(code)).IsFalse();

    static bool Touches(string code) => Touching().IsMatch(code);

    static IEnumerable<string> Reasons(string code) =>
        Deciding().Matches(Using().Replace(code, "")).Select(static match => match.Value).Distinct();

    /// <summary>
    /// What identifies the boot, and the clock of start times, are no questions that anything could be decided by.
    /// </summary>
    [GeneratedRegex(
        @"\b(File|Directory|FileSystem|RegularFile|AtomicFile|TextFile|RunningPrograms|File(Stream|Info)|DirectoryInfo)"
        + @"\b\s*[.(]|\bPath\.Exists\b|\bEnvFile(Text)?\.Read\b|\bMissingScript\.(FindFor|Among|ByName)\b"
        + @"|\.IsMissing\(|\bPathReader\b|\bITcpListeners\b|\bIProcessSystem\b"
        + @"|[sS]ervices\.System\.(?!BootId\b|BootTicks\b)")]
    private static partial Regex Touching();

    [GeneratedRegex(
        @"\b\w+Policy\b|\b(Lifecycle|Replacement)(Phase|State|Event|Action)\b|\bAfterExit\b|\bDesiredState\b"
        + @"|\b[A-Z]\w*Config\b|\.Config\b|\bProbe\b|\.Phase\b")]
    private static partial Regex Deciding();

    [GeneratedRegex(@"^(using|namespace) [^;]*;", RegexOptions.Multiline)]
    private static partial Regex Using();
}
