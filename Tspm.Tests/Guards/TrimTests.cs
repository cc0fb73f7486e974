using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tspm.Tests.Guards;

/// <summary>What the executable is without: nothing in the product may ask for it, here or through a library.</summary>
[Timeout(60_000)]
public class TrimTests
{
    [Test]
    public async Task Nothing_sorts_by_List_Sort_or_Array_Sort(CancellationToken cancellation)
    {
        using var image = new PEReader(File.OpenRead(typeof(Tspm.Client.ClientMain).Assembly.Location));
        var reader = image.GetMetadataReader();
        var members = reader.MemberReferences.Select(reader.GetMemberReference).ToList();
        await Assert.That(members.Count).IsGreaterThan(1000);
        var sorting = members.Where(member => reader.GetString(member.Name) is "Sort" or "BinarySearch").Select(member => TypeOf(reader, member.Parent)).Distinct();
        await Assert.That(sorting).IsEmpty().Because("Trim.Sequence.Order sorts, and does not bring comparers for every list there is");
    }

    /// <summary>Trim/Substitutions.xml empties that engine of regular expressions: whoever asked for it would get an error.</summary>
    [Test]
    public async Task Nothing_asks_for_regular_expressions_without_backtracking(CancellationToken cancellation)
    {
        await Assert.That(Repository.Sources().Where(source => Repository.Source(source).Contains("NonBacktracking", StringComparison.Ordinal))).IsEmpty();
        // What makes expressions of its own is not reached: of SharpYaml its parser is used, and by one file.
        var yaml = Repository.Sources().Where(source => Repository.Source(source).Contains("SharpYaml", StringComparison.Ordinal)).ToList();
        await Assert.That(yaml).IsEquivalentTo(["Config/Import/YamlText.cs"]);
    }

    static string TypeOf(MetadataReader reader, EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeReference => reader.GetString(reader.GetTypeReference((TypeReferenceHandle)type).Name),
        _ => "List or another generic type",
    };
}
