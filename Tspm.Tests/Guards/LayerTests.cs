using System.Text.RegularExpressions;

namespace Tspm.Tests.Guards;

/// <summary>The map of the house: every file is in a room, and floors import downward only.</summary>
[Timeout(60_000)]
internal sealed partial class LayerTests
{
    const int LongestFile = 400;

    [Test]
    public async Task Every_file_is_in_a_room_and_its_namespace_is_its_folder(CancellationToken cancellation)
    {
        foreach (var file in Repository.Sources().Where(file => file != "Program.cs"))
        {
            await Assert.That(Rooms.All.Any(room => room.Name == RoomOf(file))).IsTrue()
                .Because($"{file} has no room in the map");
            var expected = "Tspm." + Path.GetDirectoryName(file)!.Replace('/', '.');
            await Assert.That(Namespace().Match(Repository.Source(file)).Groups[1].Value).IsEqualTo(expected)
                .Because(file);
        }
    }

    [Test]
    public async Task A_room_uses_only_the_rooms_that_the_table_allows(CancellationToken cancellation)
    {
        var wrong = new List<string>();
        foreach (var file in Repository.Sources().Where(file => file != "Program.cs"))
        {
            var room = Rooms.Of(file);
            foreach (var used in RoomsUsedIn(Repository.Source(file)))
                if (used != room.Name && !room.Uses.Contains(used)) wrong.Add($"{file} uses {used}");
        }
        await Assert.That(wrong).IsEmpty();
    }

    [Test]
    public async Task The_table_has_no_circle_and_no_permission_that_nobody_needs(CancellationToken cancellation)
    {
        var names = Rooms.All.Select(room => room.Name).ToList();
        var wrong = new List<string>();
        foreach (var room in Rooms.All)
        {
            var below = names[..names.IndexOf(room.Name)];
            var used = Repository.Sources().Where(file => file.StartsWith(room.Name + "/", StringComparison.Ordinal))
                .SelectMany(file => RoomsUsedIn(Repository.Source(file))).ToHashSet();
            wrong.AddRange(room.Uses.Except(below).Select(name => $"{name} is not above {room.Name}"));
            wrong.AddRange(room.Uses.Except(used).Select(name => $"{room.Name} does not use {name}"));
        }
        await Assert.That(wrong).IsEmpty();
    }

    /// <summary>What others may see of a room; the rest of it is closed to them.</summary>
    static readonly Dictionary<string, (string Open, string[] To)> Closed = new()
    {
        ["Guardian"] = ("Guardian/Contract", ["Daemon", "Client"]),
    };

    [Test]
    public async Task A_closed_room_is_used_through_its_contract_only(CancellationToken cancellation)
    {
        foreach (var (room, (open, to)) in Closed)
        {
            bool IsOpen(string file) => file.StartsWith(open + "/", StringComparison.Ordinal);
            var contract = Regex.Escape(open.Replace('/', '.'));
            var used = new Regex($@"(?<![\w.])(?:Tspm\.)?(?!{contract}\b){room}\.[A-Z]|\bTspm\.{room}\s*;");
            var inside = Declared(file => RoomOf(file) == room && !IsOpen(file));
            await Assert.That(inside.Count).IsGreaterThan(10);
            // A namespace sees the types of the one around it without saying so: hence by their names as well.
            var names = new Regex($@"(?<![\w.])({string.Join('|', inside)})(?!\w)");
            var wrong = new List<string>();
            foreach (var file in Repository.Sources().Where(file => to.Contains(RoomOf(file)) || IsOpen(file)))
            {
                var code = Namespace().Replace(Code(Repository.Source(file)), "");
                if (used.IsMatch(code)) wrong.Add($"{file} uses {room}");
                if (IsOpen(file) && names.Match(code) is { Success: true } found)
                    wrong.Add($"{file} uses {found.Value}");
            }
            await Assert.That(wrong).IsEmpty();
        }
    }

    static List<string> Declared(Predicate<string> where) =>
    [
        .. Repository.Sources().Where(file => where(file))
            .SelectMany(file => Declaration().Matches(Code(Repository.Source(file))))
            .Select(match => match.Groups[1].Value).Distinct(),
    ];

    [Test]
    [Arguments(@"\bOperatingSystem\.", "Platform/CurrentSystem.cs")]
    [Arguments(@"\bRuntimeInformation\.IsOSPlatform\b", "")]
    [Arguments(@"System\.Diagnostics\.Process\b|\bProcess\.(Start|GetProcess)|\bnew Process(StartInfo)?\(", "")]
    [Arguments(@"(?<![\w.])Console\.", "Client/Output/|Client/Terminal/|Program.cs")]
    [Arguments(@"\bThread\.Sleep\b", "")]
    [Arguments(@"\bDateTime(Offset)?\.(Now|UtcNow)\b", "")]
    [Arguments(@"\bUnistd\.close\b", "Platform/Descriptor.cs")]
    [Arguments(@"\bPosixSpawn[.;]", "Platform/Linux/Spawning/PosixSpawner.cs")]
    [Arguments(MakesDescriptors, "Platform/Linux/Descriptors.cs|Libc/")]
    [Arguments(KeepsNumber, "Platform/Linux/Spawning/ChildSetUp.cs|Guardian/Contract/")]
    [Arguments(@"\bJsonSerializerOptions\.Default\b|\bActivator\.|\bMakeGenericType\b", "")]
    // Both hash the names of members with a random number from OpenSSL, which is loaded for it: 4 MB. StrictJson finds
    // doubles.
    [Arguments(@"\bAllowDuplicateProperties\b|\bJsonSerializerOptions\.Strict\b", "")]
    public async Task What_has_one_place_is_nowhere_else(string pattern, string places, CancellationToken cancellation)
    {
        var allowed = places.Split('|', StringSplitOptions.RemoveEmptyEntries);
        var wrong = Repository.Sources()
            .Where(file => !allowed.Any(place => file.StartsWith(place, StringComparison.Ordinal)))
            .Where(file => Regex.IsMatch(Code(Repository.Source(file)), pattern));
        await Assert.That(wrong).IsEmpty();
    }

    /// <summary>Their results are owned from the first moment: see <see cref="Platform.Descriptor"/>.</summary>
    const string MakesDescriptors =
        @"\b(Fcntl\.open(at)?|Unistd\.(pipe2|dup[23])|SysSocket\.(socket|socketpair|accept4)|SysSyscall\.pidfd_open"
        + @"|SysMman\.memfd_create|SysEpoll\.epoll_create1|SysEventfd\.eventfd|SysSignalfd\.signalfd"
        + @"|SysInotify\.inotify_init1)\(|\bF_DUPFD";

    /// <summary>
    /// A field that keeps a descriptor keeps an owned one; words of a command line name one by its number.
    /// </summary>
    const string KeepsNumber =
        @"(?m)^    ((readonly|static|volatile) )*int\?? ([\w, ]*\W)?"
        + @"\w*([dD]escriptor|[fF]d|[sS]ocket|[pP]ipe|[eE]poll)s?( =|,|;)";

    /// <summary>
    /// A filter runs before the finally blocks below it, and what it throws is swallowed: it may look at the exception,
    /// and ask what kind it is, but do nothing.
    /// </summary>
    [Test]
    public async Task Exception_filters_do_nothing_but_look(CancellationToken cancellation)
    {
        var wrong = new List<string>();
        foreach (var file in Repository.Sources())
            foreach (Match filter in Filter().Matches(Code(Repository.Source(file))))
                if (Call().IsMatch(filter.Groups[1].Value)) wrong.Add($"{file}: {filter.Groups[1].Value.Trim()}");
        await Assert.That(wrong).IsEmpty();
    }

    /// <summary>As .editorconfig says. Lines within raw texts are data.</summary>
    [Test]
    public async Task Lines_fit_into_120_columns(CancellationToken cancellation)
    {
        var wrong = new List<string>();
        foreach (var folder in new[] { "Tspm", "Tspm.Tests" })
            foreach (var file in Repository.SourcesOf(folder))
            {
                var text = RawText().Replace(File.ReadAllText(Path.Combine(Repository.Root, folder, file)), "");
                wrong.AddRange(
                    text.Split('\n').Where(line => line.Length > 120).Select(line => $"{folder}/{file}: {line}"));
            }
        await Assert.That(wrong).IsEmpty();
    }

    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"")]
    private static partial Regex RawText();

    [Test]
    public async Task Files_are_short_enough_to_be_read(CancellationToken cancellation)
    {
        var wrong = new List<string>();
        foreach (var file in Repository.Sources())
        {
            var lines = Repository.Source(file).Count(letter => letter == '\n');
            if (lines > LongestFile) wrong.Add($"{file} has {lines} lines");
        }
        await Assert.That(wrong).IsEmpty();
    }

    [Test]
    public async Task Types_are_internal_and_explained(CancellationToken cancellation)
    {
        var wrong = new List<string>();
        foreach (var file in Repository.Sources())
        {
            var text = Repository.Source(file);
            if (Public().IsMatch(Code(text))) wrong.Add($"{file} has a public type");
            if (!text.Contains("/// <summary>", StringComparison.Ordinal) && file != "Program.cs")
                wrong.Add($"{file} explains nothing");
        }
        await Assert.That(wrong).IsEmpty();
    }

    static string RoomOf(string file) => file.Split('/')[0];

    static IEnumerable<string> RoomsUsedIn(string source)
    {
        var code = Namespace().Replace(Code(source), "");
        var named = Absolute().Matches(code).Concat(Relative().Matches(code));
        return named.Select(match => match.Groups[1].Value).Where(name => Rooms.All.Any(room => room.Name == name))
            .Distinct();
    }

    /// <summary>Without comments and texts.</summary>
    static string Code(string source) => SourceCode.Of(source);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\bTspm\.([A-Z]\w*)")]
    private static partial Regex Absolute();

    [GeneratedRegex(
        @"^internal (?:\w+ )*?(?:class|record struct|record|struct|enum|interface) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    /// <summary>Config, Events, Text and Json are names of members as well: found by their usings only.</summary>
    [GeneratedRegex(
        @"(?<![\w.])(Libc|Model|Protocol|Platform|Storage|Logs|Legacy|Supervision|Guardian|Boot|Daemon|Client)\.[A-Z]")]
    private static partial Regex Relative();

    [GeneratedRegex(@"\bcatch\s*\([^)]*\)\s*when\s*\(([^{};]*)")]
    private static partial Regex Filter();

    /// <summary>Whatever is called, except a question about the exception itself.</summary>
    [GeneratedRegex(@"\b(?!Is[A-Z]\w*\(e\))(?!is\b|or\b|and\b|not\b|when\b)\w+\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"^public (sealed |static |abstract |readonly |partial )*(class|record|struct|enum|interface)\b",
        RegexOptions.Multiline)]
    private static partial Regex Public();
}
