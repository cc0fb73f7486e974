using System.Text;
using System.Text.Json;
using Tspm.Config;
using Tspm.Json;
using Tspm.Protocol;
using Tspm.Tests.Config;

namespace Tspm.Tests.Guards;

/// <summary>
/// docs/tspm.schema.json is what <c>tspm schema</c> prints (TSPM_WRITE_SCHEMA=1 writes it), takes what Tspm takes, and
/// refuses what a schema can refuse.
/// </summary>
[Timeout(60_000)]
internal sealed class SchemaTests
{
    static readonly string Published = Path.Combine(Repository.Root, "docs", "tspm.schema.json");

    static string Generate()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer,
            new JsonWriterOptions
            {
                Indented = true,
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            })) ConfigSchema
                    .Write(json);
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    [Test]
    public async Task The_published_schema_is_the_one_that_is_printed(CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable("TSPM_WRITE_SCHEMA") == "1") File.WriteAllText(Published, Generate());
        await Assert.That(Generate()).IsEqualTo(File.ReadAllText(Published));
    }

    [Test]
    public async Task Every_field_is_in_it_and_explained_and_nothing_else(CancellationToken cancellation)
    {
        var process = Root.GetProperty("properties").GetProperty("processes").GetProperty("items");
        var inSchema = FieldsOf(process, "").ToHashSet();
        var wanted = EveryFieldTests.Values().Where(value => value.IsGood)
            .Select(value => value.Path.Replace("[0]", "")).ToHashSet();
        foreach (var path in wanted.ToList())
            if (path.Contains('.')) wanted.Add(path[..path.IndexOf('.')]);
        await Assert.That(inSchema.Except(wanted).Order()).IsEmpty();
        await Assert.That(wanted.Except(inSchema).Order()).IsEmpty();
        foreach (var name in process.GetProperty("properties").EnumerateObject())
            await Assert.That(name.Value.TryGetProperty("description", out _)).IsTrue().Because(name.Name);
    }

    [Test]
    [MethodDataSource(typeof(EveryFieldTests), nameof(EveryFieldTests.Values))]
    public async Task It_takes_what_is_right_and_refuses_what_is_plainly_wrong(string path, string value, bool isGood,
        string with, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(EveryFieldTests.FileWith(path, value, with));
        var problem = Problem(document.RootElement, Root);
        if (isGood) await Assert.That(problem).IsNull().Because($"{path} = {value}");
        else if (SaysKind(path)) await Assert.That(problem).IsNotNull().Because($"{path} = {value}");
    }

    [Test]
    public async Task The_examples_of_the_config_page_fit(CancellationToken cancellation)
    {
        var page = DocPage.Find("docs/config.md")!;
        var complete = File.ReadAllText(Path.Combine(Repository.Root, "docs", "examples", "complete.jsonc"));
        var examples = page.Blocks.Where(static block => block.Language == "jsonc").Select(static block => block.Text)
            .Append(complete).ToList();
        await Assert.That(examples.Count).IsGreaterThan(1);
        foreach (var example in examples)
        {
            using var document = JsonDocument.Parse(example, new JsonDocumentOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
            });
            await Assert.That(Problem(document.RootElement, Root)).IsNull();
        }
    }

    static JsonElement Root => JsonDocument.Parse(Generate()).RootElement;

    /// <summary>Numbers and truth values: what is right and wrong with them a schema can say whole.</summary>
    static bool SaysKind(string path)
    {
        var type = (System.Text.Json.Serialization.Metadata.JsonTypeInfo)WireJson.Default.ProcessConfig;
        foreach (var part in path.Replace("[0]", "").Split('.'))
        {
            if (type.ElementType is { } element) type = type.Options.GetTypeInfo(element);
            type = JsonTypes.For(JsonTypes.Members(type)[part]);
        }
        return JsonTypes.IsWhole(type.Type)
            || (Nullable.GetUnderlyingType(type.Type) ?? type.Type) == typeof(bool)
                && path is not ("ready.notify" or "health.notify");
    }

    static IEnumerable<string> FieldsOf(JsonElement schema, string before)
    {
        foreach (var property in schema.GetProperty("properties").EnumerateObject())
        {
            yield return before + property.Name;
            var inner = property.Value.TryGetProperty("items", out var items) ? items : property.Value;
            if (inner.TryGetProperty("properties", out _))
                foreach (var field in FieldsOf(inner, $"{before}{property.Name}.")) yield return field;
        }
    }

    /// <summary>As much of draft 7 as the schema uses. Null: it fits.</summary>
    static string? Problem(JsonElement value, JsonElement schema, string path = "")
    {
        foreach (var rule in schema.EnumerateObject())
            if (Breach(value, schema, rule, path) is { } breach) return breach;
        return null;
    }

    static string? Breach(JsonElement value, JsonElement schema, JsonProperty rule, string path)
    {
        var isObject = value.ValueKind == JsonValueKind.Object;
        switch (rule.Name)
        {
            case "type":
                var types = rule.Value.ValueKind == JsonValueKind.Array
                    ? rule.Value.EnumerateArray().Select(type => type.GetString()!)
                    : [rule.Value.GetString()!];
                return types.Any(type => IsOf(value, type)) ? null : $"{path} is no {rule.Value}";
            case "pattern":
                return value.ValueKind != JsonValueKind.String
                    || System.Text.RegularExpressions.Regex.IsMatch(value.GetString()!, rule.Value.GetString()!)
                        ? null
                        : $"{path} does not match {rule.Value}";
            case "enum":
                return rule.Value.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value))
                    ? null
                    : $"{path} is none of {rule.Value}";
            case "const": return JsonElement.DeepEquals(rule.Value, value) ? null : $"{path} is not {rule.Value}";
            case "minLength":
                return value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.Value.GetInt32()
                    ? null
                    : $"{path} is too short";
            case "minimum":
                return value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.Value.GetDouble()
                    ? null
                    : $"{path} is too small";
            case "maximum":
                return value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.Value.GetDouble()
                    ? null
                    : $"{path} is too large";
            case "required":
                return !isObject
                    ? null
                    : rule.Value.EnumerateArray().Select(name => name.GetString()!)
                        .FirstOrDefault(name => !value.TryGetProperty(name, out _)) is { } missing
                            ? $"{path}.{missing} is missing"
                            : null;
            case "anyOf":
                return rule.Value.EnumerateArray().Any(one => Problem(value, one, path) is null)
                    ? null
                    : $"{path} fits none";
            case "oneOf":
                return rule.Value.EnumerateArray().Count(one => Problem(value, one, path) is null) == 1
                    ? null
                    : $"{path} does not fit exactly one";
            case "items":
                return value.ValueKind != JsonValueKind.Array
                    ? null
                    : value.EnumerateArray().Select((item, at) => Problem(item, rule.Value, $"{path}[{at}]"))
                        .FirstOrDefault(problem => problem is not null);
            case "properties":
                if (isObject)
                    foreach (var member in value.EnumerateObject())
                        if (rule.Value.TryGetProperty(member.Name, out var inner)
                            && Problem(member.Value, inner, $"{path}.{member.Name}") is { } problem) return problem;
                return null;
            case "additionalProperties":
                if (isObject)
                    foreach (var member in value.EnumerateObject())
                    {
                        if (schema.TryGetProperty("properties", out var known)
                            && known.TryGetProperty(member.Name, out _)) continue;
                        if (rule.Value.ValueKind == JsonValueKind.False) return $"{path}.{member.Name} is not known";
                        if (Problem(member.Value, rule.Value, $"{path}.{member.Name}") is { } problem) return problem;
                    }
                return null;
            case "$schema" or "title" or "description": return null;
            default: throw new InvalidOperationException($"the schema uses {rule.Name}, which this test does not know");
        }
    }

    static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => value.ValueKind == JsonValueKind.Number,
    };
}
