using System.Text.Json;
using System.Text.Json.Nodes;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Facts;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Supervision.Facts;

/// <summary>What counts as a change, in which words, and that what is not known never does.</summary>
[Timeout(30_000)]
internal sealed class FactsComparisonTests
{
    static readonly DateTimeOffset Early = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).ToLocalTime();

    static readonly DateTimeOffset Start = Early.AddHours(1), Late = Early.AddHours(2);

    static readonly FileFacts File = new() { Path = "/p", SizeBytes = 2048, ModifiedAt = Early, Hash = "a" };

    static readonly GitFacts Git =
        new() { Root = "/r", Commit = new string('a', 40), Branch = "main", Staged = "s", IsComplete = true };

    static readonly RunFacts Good = new()
    {
        RunId = 1,
        Pid = 10,
        StartedAt = Start,
        BootId = "b",
        Salt = "salt",
        Program = File,
        Script = File with { Path = "/s" },
        Git = Git,
        Config = new ProcessConfig { Name = "web", Command = "web" },
        Environment = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" },
    };

    static string Text(RunFacts before, RunFacts after)
    {
        var changes = FactsComparison.Between(before, after, isNow: true);
        var lines = changes.Changes.Select(change => $"{change.What}: {change.Sentence}");
        if (changes.NotKnown is { } unknown) lines = lines.Append("? " + string.Join(' ', unknown));
        return string.Join('\n', lines);
    }

    static string At(DateTimeOffset time) =>
        time.ToString("yyyy-MM-ddTHH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);

    [Test]
    public async Task What_is_the_same_is_no_change(CancellationToken cancellation)
    {
        await Assert.That(Text(Good, Good with { RunId = 2, Pid = 11, StartedAt = Late })).IsEqualTo("");
        // The same content, written again by a deployment.
        await Assert.That(Text(Good, Good with { Program = File with { ModifiedAt = Late, Inode = 7 } })).IsEqualTo("");
    }

    [Test]
    public async Task Each_kind_of_change_has_its_words(CancellationToken cancellation)
    {
        var changes = new (RunFacts After, string Words)[]
        {
            (Good with { Program = File with { SizeBytes = 3072, ModifiedAt = Late, Hash = "b" } },
                $"program: /p has changed: 3 KB, written at {At(Late)} (was 2 KB, written at {At(Early)})"),
            (Good with { Program = File with { ModifiedAt = Late, Hash = null } },
                $"program: /p was written at {At(Late)}; it is not known whether its content changed"),
            (Good with { Program = File with { Path = "/opt/p" } }, "program: /opt/p (was /p)"),
            (Good with { Script = new FileFacts { Path = "/s", IsMissing = true } },
                "script: /s no longer exists"),
            (Good with { Script = new FileFacts { Path = "/t", IsMissing = true } },
                "script: /t does not exist (was /s)"),
            (Good with { Config = Good.Config! with { Nice = 5, Args = ["x"] } }, "config: args, nice"),
            (Good with { Environment = new Dictionary<string, string> { ["A"] = "9", ["C"] = "3" } },
                "environment: changed: A; new: C; gone: B"),
            (Good with { Git = Git with { Commit = new string('b', 40) } },
                "git: commit bbbbbbb on main (was aaaaaaa on main)"),
            (Good with { Git = Git with { Branch = null } }, "git: commit aaaaaaa without a branch (was on main)"),
            (Good with { Git = Git with { Staged = "t" } }, "git: the index has different staged changes"),
            (Good with { Git = Git with { Changed = [new GitChange { Path = "x.js" }], ChangedCount = 1 } },
                "git: changed files: x.js"),
            (Good with { Git = Git with { Root = "/q" } }, "git: the checkout is /q (was /r)"),
            (Good with { Git = null }, "git: the working directory is no longer in the checkout /r"),
            (Good with { BootId = "c" }, "machine: the machine was restarted"),
        };
        foreach (var (after, words) in changes) await Assert.That(Text(Good, after)).IsEqualTo(words);
    }

    [Test]
    public async Task What_was_changed_before_and_is_no_more_or_otherwise_is_told(CancellationToken cancellation)
    {
        var x = new GitChange { Path = "x", ModifiedAt = Early, SizeBytes = 1 };
        var y = x with { Path = "y" };
        var before = Good with { Git = Git with { Changed = [x, y], ChangedCount = 2 } };
        await Assert.That(Text(before, before)).IsEqualTo("");
        await Assert.That(Text(before, Good with { Git = Git with { Changed = [y], ChangedCount = 1 } }))
            .IsEqualTo("git: no longer changed: x");
        var again = Git with { Changed = [x with { ModifiedAt = Late }, y], ChangedCount = 2 };
        await Assert.That(Text(before, Good with { Git = again })).IsEqualTo("git: changed files: x");
        // They may have been committed: the commit says it.
        await Assert.That(Text(before, Good with { Git = Git with { Commit = new string('b', 40) } }))
            .IsEqualTo("git: commit bbbbbbb on main (was aaaaaaa on main)");
    }

    [Test]
    public async Task What_is_not_known_of_one_of_them_is_no_change(CancellationToken cancellation)
    {
        var nothing =
            new RunFacts { NotRead = [RunChange.Program, RunChange.Script, RunChange.Environment, RunChange.Git] };
        await Assert.That(Text(nothing, Good)).IsEqualTo("? program script config environment git");
        await Assert.That(Text(Good, nothing)).IsEqualTo("? program script config environment git");
        var salted = Good with { Salt = "other", Environment = new Dictionary<string, string> { ["A"] = "9" } };
        await Assert.That(Text(Good, salted)).IsEqualTo("? environment");
        // A file that is not on a list which is not complete may have been changed before, unless it was written since.
        var old = new GitChange { Path = "old", ModifiedAt = Early };
        var (fresh, gone) = (new GitChange { Path = "fresh", ModifiedAt = Late }, new GitChange { Path = "gone" });
        var partial = Good with { Git = Git with { IsComplete = false, Staged = null } };
        var after = Good with { Git = Git with { Changed = [old, fresh, gone], ChangedCount = 3 } };
        await Assert.That(Text(partial, after)).IsEqualTo("git: changed files: fresh\n? git");
        await Assert.That(Text(Good with { Git = Git with { ChangedCount = 30 } }, after))
            .IsEqualTo("git: changed files: fresh");
    }

    [Test]
    public async Task Whatever_another_version_wrote_is_compared_or_not_read_at_all(CancellationToken cancellation)
    {
        var golden = JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(Goldens.Folder, "RunRecord.json")))!;
        var (facts, read) = (golden["current"]!["facts"]!, 0);
        foreach (var path in PathsIn(facts, ""))
            foreach (var value in new[] { "", "null", "0", "-1", "\"\"", "\"x\"", "[]", "{}", "true" })
            {
                var changed = facts.DeepClone();
                Set(changed, path, value);
                if (Read(changed.ToJsonString()) is not { } other) continue;
                read++;
                _ = FactsComparison.Between(Read(facts.ToJsonString())!, other, isNow: false);
                _ = FactsComparison.Between(other, Read(facts.ToJsonString())!, isNow: true);
            }
        await Assert.That(read).IsGreaterThan(100);
    }

    static RunFacts? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize("{\"common\":{\"goodFacts\":" + text + "}}",
                Tspm.Storage.StorageJson.Compact.RunRecord)!.Common.GoodFacts;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static IEnumerable<string> PathsIn(JsonNode node, string path)
    {
        var members = node switch
        {
            JsonObject map => map.Select(member => (member.Key, member.Value)),
            JsonArray list => list.Select((item, i) => ($"{i}", item)),
            _ => [],
        };
        foreach (var (name, value) in members)
        {
            yield return $"{path}/{name}";
            if (value is not null)
                foreach (var inner in PathsIn(value, $"{path}/{name}")) yield return inner;
        }
    }

    /// <summary>Empty: the member is taken away.</summary>
    static void Set(JsonNode node, string path, string value)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names[..^1]) node = node is JsonArray list ? list[int.Parse(name)]! : node[name]!;
        if (node is JsonArray array) array[int.Parse(names[^1])] = value.Length == 0 ? null : JsonNode.Parse(value);
        else if (value.Length == 0) node.AsObject().Remove(names[^1]);
        else node[names[^1]] = JsonNode.Parse(value);
    }

    [Test]
    public async Task Long_lists_are_cut_in_words_and_whole_as_data(CancellationToken cancellation)
    {
        var many = Enumerable.Range(10, 30).ToDictionary(number => $"V{number}", number => "x");
        var none = Good with { Environment = new Dictionary<string, string>() };
        var change = FactsComparison.Between(none, Good with { Environment = many }, isNow: true).Changes.Single();
        await Assert.That(change.Names!.Count).IsEqualTo(30);
        await Assert.That(change.Sentence).EndsWith("V29 and 10 more");
    }
}
