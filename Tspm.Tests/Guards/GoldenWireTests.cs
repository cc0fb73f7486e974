using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Json;
using Tspm.Protocol;

namespace Tspm.Tests.Guards;

/// <summary>
/// The contract with programs in other languages, and with older and newer versions of this one: a member that is
/// renamed, removed or changed in kind fails here, and a new one is only right when its golden shows it.
/// </summary>
[Timeout(60_000)]
internal sealed class GoldenWireTests
{
    [Test]
    public async Task Every_type_reads_its_golden_and_writes_it_again(CancellationToken cancellation)
    {
        await Assert.That(Goldens.Types.Count).IsGreaterThan(50);
        foreach (var type in Goldens.Types)
        {
            var files = Goldens.FilesOf(type);
            await Assert.That(files).IsNotEmpty().Because($"{type} has no golden");
            foreach (var file in files)
            {
                var golden = Goldens.Read(file);
                var info = Goldens.InfoOf(type);
                // only ever read: answers are written member by member (Framing)
                if (type == typeof(RpcResponse)) continue;
                if (IsReadStrictly(type))
                    await Assert.That(StrictJson.Problems(golden, info, "golden").Select(problem => problem.Sentence))
                        .IsEmpty().Because(file);
                var written = JsonSerializer.SerializeToElement(golden.Deserialize(info), info);
                await Assert.That(JsonElement.DeepEquals(golden, written)).IsTrue()
                    .Because($"{Path.GetFileName(file)} comes back as {written}");
            }
        }
    }

    [Test]
    public async Task Answers_are_written_as_their_goldens_and_read_back(CancellationToken cancellation)
    {
        var error = Goldens.OfName("RpcResponse.error");
        var written = Framing.Error(default, error.GetProperty("error").Deserialize(WireJson.Default.RpcError)!);
        await Assert.That(JsonElement.DeepEquals(JsonDocument.Parse(written).RootElement, error)).IsTrue();
        await Assert.That(error.Deserialize(WireJson.Default.RpcResponse)!.Error!.Code)
            .IsEqualTo(ErrorCode.InvalidParams);

        var result = Goldens.OfName("RpcResponse");
        written = Framing
            .Result(result.GetProperty("id"),
                result.GetProperty("result").Deserialize(WireJson.Default.ChangeResponse)!,
                    WireJson.Default.ChangeResponse);
        await Assert.That(JsonElement.DeepEquals(JsonDocument.Parse(written).RootElement, result)).IsTrue();
        await Assert.That(
            result.Deserialize(WireJson.Default.RpcResponse)!.Result.GetProperty("processes")[0].GetProperty(
                "id").GetInt32()).IsEqualTo(3);
        await Assert.That(written.Count(letter => letter == '\n')).IsEqualTo(1);
        await Assert.That(written[^1]).IsEqualTo((byte)'\n');
    }

    [Test]
    public async Task No_golden_is_left_of_a_type_that_is_gone(CancellationToken cancellation)
    {
        var known = Goldens.Types.SelectMany(Goldens.FilesOf).ToHashSet();
        await Assert.That(Directory.GetFiles(Goldens.Folder).Where(path => !known.Contains(path))).IsEmpty();
    }

    [Test]
    public async Task Every_member_is_shown_by_some_golden(CancellationToken cancellation)
    {
        var shown = new HashSet<string>();
        var all = new HashSet<string>();
        foreach (var type in Goldens.Types)
        {
            Collect(Goldens.InfoOf(type), all, []);
            foreach (var file in Goldens.FilesOf(type)) Mark(Goldens.Read(file), Goldens.InfoOf(type), shown);
        }
        await Assert.That(all.Except(shown).Order()).IsEmpty();
        await Assert.That(all.Count).IsGreaterThan(150);
    }

    [Test]
    public async Task An_unknown_member_of_a_request_is_refused_by_name(CancellationToken cancellation)
    {
        foreach (var type in Goldens.Types.Where(type => type.Name.EndsWith("Request", StringComparison.Ordinal)))
        {
            foreach (var file in Goldens.FilesOf(type))
            {
                var text = Goldens.Read(file).GetRawText().TrimEnd().TrimEnd('}');
                text += text.TrimEnd().EndsWith('{') ? "\"nonsense\":1}" : ",\"nonsense\":1}";
                using var document = JsonDocument.Parse(text);
                var problem = StrictJson.Problems(document.RootElement, Goldens.InfoOf(type), "params").Single();
                await Assert.That(problem.Sentence).StartsWith("params.nonsense is not a known field");
            }
        }
    }

    [Test]
    public async Task Every_method_has_a_request_and_a_response(CancellationToken cancellation)
    {
        await Assert.That(MethodRows.All.Count).IsGreaterThan(20);
        foreach (var method in MethodRows.All)
            foreach (var (name, type) in new[] { MethodRows.RequestOf(method), MethodRows.ResponseOf(method) })
            {
                await Assert.That(Goldens.Types).Contains(type).Because($"{name}: WireJson does not list {type}");
                await Assert.That(File.Exists(Path.Combine(Goldens.Folder, name + ".json"))).IsTrue().Because(name);
            }
    }

    static bool IsReadStrictly(Type type) =>
        type.Name.EndsWith("Request", StringComparison.Ordinal) || type.Name == nameof(Tspm.Model.Config.ProcessConfig);

    static void Collect(JsonTypeInfo type, HashSet<string> members, HashSet<Type> visited)
    {
        if (type.ElementType is { } element) Collect(type.Options.GetTypeInfo(element), members, visited);
        if (type.Kind != JsonTypeInfoKind.Object || !visited.Add(type.Type)) return;
        foreach (var property in type.Properties)
        {
            if (property.Get is null) continue;
            members.Add($"{type.Type.Name}.{property.Name}");
            Collect(type.Options.GetTypeInfo(property.PropertyType), members, visited);
        }
    }

    static void Mark(JsonElement element, JsonTypeInfo type, HashSet<string> members)
    {
        if (type.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary
            && type.ElementType is { } elementType)
        {
            var items = element.ValueKind == JsonValueKind.Array
                ? element.EnumerateArray()
                : element.EnumerateObject().Select(member => member.Value);
            foreach (var item in items) Mark(item, type.Options.GetTypeInfo(elementType), members);
        }
        if (type.Kind != JsonTypeInfoKind.Object || element.ValueKind != JsonValueKind.Object) return;
        foreach (var property in type.Properties)
        {
            if (!element.TryGetProperty(property.Name, out var value) || value.ValueKind == JsonValueKind.Null)
                continue;
            members.Add($"{type.Type.Name}.{property.Name}");
            Mark(value, type.Options.GetTypeInfo(property.PropertyType), members);
        }
    }
}
