using System.Text.RegularExpressions;
using Tspm.Guardian;
using Tspm.Platform;

namespace Tspm.Tests.Guards;

/// <summary>docs/ARCHITECTURE.md uses the names of the code.</summary>
[Timeout(60_000)]
internal sealed partial class ArchitecturePageTests
{
    [Test]
    public async Task The_table_of_rooms_is_the_one_that_is_enforced(CancellationToken cancellation)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "ARCHITECTURE.md"));
        var rows = Rooms.All.Select(room =>
            $"| `{room.Name}` | {room.Purpose} | {(room.Uses.Count == 0 ? "–" : string.Join(", ", room.Uses))} |");
        await Assert.That(page).Contains(string.Join('\n', rows));
    }

    [Test]
    public async Task Every_state_of_the_guardian_and_every_kind_of_key_has_a_row(CancellationToken cancellation)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "ARCHITECTURE.md"));
        var states = typeof(GuardianState).GetNestedTypes().Where(type => !type.IsAbstract).Select(type => type.Name);
        await Assert.That(states.Where(name => !page.Contains($"\n| `{name}` |", StringComparison.Ordinal))).IsEmpty();
        var kinds = Enum.GetNames<DescriptorKind>();
        await Assert.That(kinds.Where(name => !page.Contains($"| `{name}`", StringComparison.Ordinal))).IsEmpty();
    }

    /// <summary>Whoever looks at a daemon that is stuck finds these names in /proc.</summary>
    [Test]
    public async Task Every_thread_that_has_a_name_is_explained(CancellationToken cancellation)
    {
        var page = DocPage.Find("docs/ARCHITECTURE.md")!.Text;
        var names = Repository.Sources().SelectMany(static file => ThreadName().Matches(Repository.Source(file)))
            .Select(static match => match.Groups[1].Value).Distinct().ToList();
        await Assert.That(names.Count).IsGreaterThan(7);
        await Assert.That(names.Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal))).IsEmpty();
    }

    [GeneratedRegex("(?:IsBackground = true, Name = |EventLoop\\(|string name = )\"([^\"]+)\"")]
    private static partial Regex ThreadName();
}
