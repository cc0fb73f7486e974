using System.Text.Json;
using System.Text.RegularExpressions;
using Tspm.Config;
using Tspm.Protocol;
using Tspm.Tests.Config;

namespace Tspm.Tests.Guards;

/// <summary>The config files that the pages show can be used as they are.</summary>
[Timeout(60_000)]
internal sealed class DocConfigTests
{
    static readonly string Complete = Path.Combine(Repository.Root, "docs", "examples", "complete.jsonc");

    [Test]
    public async Task Every_config_in_a_block_of_code_is_read(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var files = (
            from page in DocPage.All
            from block in page.Blocks
            let file = AsFile(block.Language, block.Text)
            where file is not null
            let path = folder.Write($"{Guid.NewGuid()}.{file.Value.Ending}", file.Value.Content)
            select (page.Name, Path: path, block.Text)).ToList();
        await Assert.That(files.Count).IsGreaterThan(3);
        await Assert.That(
            from file in files
            let problem = Problem(file.Path)
            where problem is not null
            select $"{file.Name}: {problem}\n{file.Text}").IsEmpty();
    }

    [Test]
    public async Task The_same_config_in_json_and_toml_means_the_same(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var read = new List<string>();
        foreach (var (language, text) in DocPage.Find("docs/config.md")!.Blocks)
        {
            if (language is not ("jsonc" or "toml")) continue;
            var path = folder.Write("tspm." + (language == "toml" ? "toml" : "json"), text);
            read.Add(string.Join('\n', ConfigFile.Read(path).Select(static config =>
                JsonSerializer.Serialize(config, WireJson.Default.ProcessConfig))));
        }
        await Assert.That(read.Count).IsEqualTo(2);
        await Assert.That(read[0]).IsEqualTo(read[1]);
    }

    [Test]
    public async Task The_complete_example_is_right_and_has_every_field(CancellationToken cancellation)
    {
        await Assert.That(Problem(Complete)).IsNull();
        using var document = JsonDocument.Parse(File.ReadAllText(Complete),
            new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var used = document.RootElement.GetProperty("processes").EnumerateArray()
            .SelectMany(static process => FieldsOf(process, "")).ToHashSet();
        // The number of a process is the daemon's to give.
        var usable = EveryFieldTests.Values().Where(static value => value.IsGood).Select(static value => value.Path)
            .Where(static path => path != "id").ToHashSet();
        await Assert.That(usable.Except(used).Order()).IsEmpty();
    }

    [Test]
    public async Task The_config_page_names_every_field(CancellationToken cancellation)
    {
        var page = DocPage.Find("docs/config.md")!.Text;
        var missing = EveryFieldTests.Values().Where(static value => value.IsGood)
            .Select(static value => value.Path.Split('.', '[')[0]).Distinct()
            .Where(field => field != "id" && !page.Contains($"`{field}`") && !page.Contains($"`{field}."));
        await Assert.That(missing).IsEmpty();
    }

    /// <summary>One process of a file, without the rest around it, is also shown.</summary>
    static (string Ending, string Content)? AsFile(string language, string text) => language switch
    {
        "toml" => ("toml", text),
        "json" or "jsonc" when Regex.IsMatch(text, @"^\{\s*""(processes|project|\$schema)""") => ("json", text),
        "json" or "jsonc" when text.StartsWith("{ \"name\"", StringComparison.Ordinal) =>
            ("json", $"{{ \"processes\": [{text}] }}"),
        _ => null,
    };

    static string? Problem(string path)
    {
        try
        {
            _ = ConfigFile.Read(path);
            return null;
        }
        catch (ConfigFileException refused)
        {
            return refused.Message;
        }
    }

    static IEnumerable<string> FieldsOf(JsonElement element, string before)
    {
        foreach (var member in element.EnumerateObject())
        {
            var path = before + member.Name;
            var value = member.Value;
            if (value.ValueKind == JsonValueKind.Object && member.Name != "env")
                foreach (var field in FieldsOf(value, path + ".")) yield return field;
            else if (value.ValueKind == JsonValueKind.Array && value[0].ValueKind == JsonValueKind.Object)
                foreach (var item in value.EnumerateArray())
                    foreach (var field in FieldsOf(item, path + "[0].")) yield return field;
            else yield return path;
        }
    }
}
