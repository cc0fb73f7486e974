namespace Tspm.Tests.Guards;

/// <summary>A rule of the analyzers is switched off only with a reason that the next reader can judge.</summary>
[Timeout(10_000)]
public class AnalyzerRuleTests
{
    [Test]
    public async Task Each_rule_that_is_off_states_its_reason(CancellationToken cancellation)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, ".editorconfig"), cancellation);
        var withoutReason = new List<string>();
        var reason = "";
        foreach (var line in lines)
        {
            if (line.StartsWith('#')) reason += line;
            else if (!line.StartsWith("dotnet_diagnostic.")) reason = "";
            else if (line.EndsWith("= none") && !reason.Contains(line.Split('.')[1])) withoutReason.Add(line);
        }
        await Assert.That(withoutReason).IsEmpty();
    }

    [Test]
    public async Task A_pragma_that_switches_a_rule_off_states_its_reason(CancellationToken cancellation)
    {
        var withoutReason = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "Tspm"), "*.cs",
            SearchOption.AllDirectories))
            foreach (var line in await File.ReadAllLinesAsync(file, cancellation))
                if (line.Contains("#pragma warning disable") && !line.Contains("// "))
                    withoutReason.Add($"{file}: {line}");
        await Assert.That(withoutReason.Where(static line => !line.Contains("/obj/"))).IsEmpty();
    }
}
