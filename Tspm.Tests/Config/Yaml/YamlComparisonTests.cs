using System.Text;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Config.Yaml;

/// <summary>
/// The reader of the product and SharpYaml, which know nothing of each other, understand the same. They may differ in
/// what they refuse: SharpYaml reads YAML 1.1 and lists as keys, and overlooks comments without a blank before them.
/// </summary>
[Timeout(60_000)]
internal sealed class YamlComparisonTests
{
    int _equal, _refusedByBoth, _refusedByOne;

    [Test]
    public async Task Random_texts_mean_the_same(CancellationToken cancellation)
    {
        foreach (var text in YamlRandom.Texts(20_000)) Compare(text);
        await Assert.That(_equal).IsGreaterThan(4_000);
        await Assert.That(_refusedByBoth).IsGreaterThan(4_000);
        await Assert.That(_refusedByOne).IsLessThan(1_000);
    }

    [Test]
    public async Task Damaged_files_mean_the_same(CancellationToken cancellation)
    {
        byte[][] samples =
        [
            .. new[] { "import/pm2/ecosystem.config.yml", "import/real/process.yml", "import/real/retriever.yml" }
                .Select(name => File.ReadAllBytes(Repository.Data(name))),
            Encoding.UTF8.GetBytes(YamlDocumentTests.Long),
        ];
        Damage.Check(samples, 2_000, bytes => Compare(Encoding.UTF8.GetString(bytes)), cancellation);
        // How many files there are depends on TSPM_FUZZ.
        await Assert.That(_equal).IsGreaterThan(400);
        await Assert.That(_refusedByOne).IsLessThan((_equal + _refusedByBoth + _refusedByOne) / 10);
    }

    void Compare(string text)
    {
        // In the first, SharpYaml counts the colon as text; in the second, it ends at the first U+0000.
        if (text.Contains(":]", StringComparison.Ordinal) || text.Contains(":}", StringComparison.Ordinal)
            || text.Contains(":,", StringComparison.Ordinal) || text.Contains('\0')) return;
        var (ours, theirs) = (YamlTree.OfTspm(text, out var problem), YamlTree.OfSharpYaml(text));
        if (ours is null && (problem!.Length < 20 || !problem.StartsWith("line ", StringComparison.Ordinal)))
            throw new InvalidOperationException($"'{problem}' is not a sentence with a place");
        if (ours is null && theirs is null) _refusedByBoth++;
        else if (ours is null || theirs is null) _refusedByOne++;
        else if (ours == theirs) _equal++;
        else throw new InvalidOperationException($"{text}\n-- Tspm: {ours}\n-- SharpYaml: {theirs}");
    }
}
