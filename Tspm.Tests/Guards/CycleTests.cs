using System.Text.RegularExpressions;

namespace Tspm.Tests.Guards;

/// <summary>
/// The files of the room of the supervisor do not know each other in large circles: whoever reads one of them has to
/// read those below it, and not all of them.
/// </summary>
[Timeout(60_000)]
internal sealed partial class CycleTests
{
    /// <summary>
    /// Files that refer to each other in a circle, directly or by way of others. A run and what it is told of; the
    /// supervisor and its two helpers that need all of it.
    /// </summary>
    const int LargestCircle = 4;

    const int LongestFile = 250;

    static readonly Dictionary<string, string> s_sources = Repository.Sources()
        .Where(file => file.StartsWith("Supervision/", StringComparison.Ordinal))
        .ToDictionary(file => file, file => SourceCode.Of(Repository.Source(file)));

    [Test]
    public async Task Circles_of_files_are_small(CancellationToken cancellation)
    {
        await Assert.That(s_sources.Count).IsGreaterThan(100);
        var circles = Circles(References(s_sources)).Where(circle => circle.Count > LargestCircle)
            .Select(circle => string.Join(", ", circle.Order(StringComparer.Ordinal)));
        await Assert.That(circles).IsEmpty();
    }

    /// <summary>A part that held the whole process could reach every other part by it.</summary>
    [Test]
    public async Task No_part_of_a_process_knows_the_whole_of_it(CancellationToken cancellation)
    {
        const string process = "Supervision/Process/SupervisedProcess.cs";
        var circle = Circles(References(s_sources)).Single(files => files.Contains(process));
        await Assert.That(circle).IsEquivalentTo([process]);
    }

    [Test]
    public async Task Files_are_short(CancellationToken cancellation)
    {
        var wrong = s_sources.Keys.Where(file => Repository.Source(file).Count(letter => letter == '\n') > LongestFile);
        await Assert.That(wrong).IsEmpty();
    }

    [Test]
    public async Task A_circle_is_found_and_a_chain_is_none(CancellationToken cancellation)
    {
        var sources = new Dictionary<string, string>
        {
            ["a"] = "internal sealed class A(B b);",
            ["b"] = "internal interface B\n{\n    C Other { get; }\n}",
            ["c"] = "internal record C\n{\n    object o = new A(null);\n}",
            ["d"] = "internal static class D\n{\n    object o = new A(null);\n    int A => this.A;\n}",
        };
        var circles = Circles(References(sources)).Where(circle => circle.Count > 1).ToList();
        await Assert.That(circles.Count).IsEqualTo(1);
        await Assert.That(circles[0]).IsEquivalentTo(["a", "b", "c"]);
    }

    /// <summary>By the file, the files whose types it names.</summary>
    static Dictionary<string, HashSet<string>> References(Dictionary<string, string> sources)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (file, code) in sources)
            foreach (Match type in Declaration().Matches(code)) owners[type.Groups[1].Value] = file;
        return sources.ToDictionary(source => source.Key, source => Named().Matches(source.Value)
            .Select(name => owners.GetValueOrDefault(name.Groups[1].Value))
            .OfType<string>().Where(file => file != source.Key).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Strongly connected components, after Tarjan.</summary>
    static List<List<string>> Circles(Dictionary<string, HashSet<string>> graph)
    {
        var (circles, open) = (new List<List<string>>(), new Stack<string>());
        var (number, lowest) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        foreach (var file in graph.Keys)
            if (!number.ContainsKey(file)) Visit(file);
        return circles;

        void Visit(string file)
        {
            number[file] = lowest[file] = number.Count;
            open.Push(file);
            foreach (var next in graph[file])
            {
                if (!number.ContainsKey(next)) Visit(next);
                if (open.Contains(next)) lowest[file] = Math.Min(lowest[file], lowest[next]);
            }
            if (lowest[file] != number[file]) return;
            var circle = new List<string>();
            do circle.Add(open.Pop());
            while (circle[^1] != file);
            circles.Add(circle);
        }
    }

    [GeneratedRegex(
        @"^internal (?:\w+ )*?(?:class|record struct|record|struct|enum|interface) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    /// <summary>A name that is not that of a member: after a dot only where that is the dot of a namespace.</summary>
    [GeneratedRegex(
        @"(?:(?<![\w.])|(?<=\b(?:Supervision|Hooks|Probes|Triggers|Commands)\.))([A-Z]\w*)\b(?!\s*(?:=(?!=)|\{ get))")]
    private static partial Regex Named();
}
