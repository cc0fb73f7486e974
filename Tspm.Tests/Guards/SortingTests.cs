using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tspm.Tests.Guards;

/// <summary>The executable's size: what Trim/Sequence.cs says of sorting holds only when nothing in the product sorts otherwise.</summary>
[Timeout(60_000)]
public class SortingTests
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

    static string TypeOf(MetadataReader reader, EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeReference => reader.GetString(reader.GetTypeReference((TypeReferenceHandle)type).Name),
        _ => "List or another generic type",
    };
}
