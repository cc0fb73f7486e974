using System.Globalization;
using System.Text;
using System.Text.Json;
using Tspm.Client.Defining;
using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Config.Import;

/// <summary>
/// Files on the model of those that people have in their repositories (Data/import/real), and beside each what comes of
/// it: the config file, then after '-' what is lost, after '+' what somebody should know of.
/// TSPM_WRITE_GOLDENS=1 writes those anew, to be looked at.
/// </summary>
[Timeout(60_000)]
internal sealed class RealFileTests
{
    static readonly Dictionary<string, string> Present =
        new() { ["PATH"] = "/usr/bin:/bin", ["HOME"] = "/home/u", ["DISPLAY"] = ":99.0" };

    static string Path(string name) => Repository.Data("import/real/" + name);

    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Path("")).Select(System.IO.Path.GetFileName)
            .Where(static name => !name!.EndsWith(".golden", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)!;

    static ScriptKind Look(string path) => path switch
    {
        "/srv/app/bin/www" or "/srv/app/bin/worker" => ScriptKind.Text,
        "/srv/app/bin/agent" => ScriptKind.Program,
        _ when path.EndsWith("js", StringComparison.Ordinal) => ScriptKind.Text,
        _ => ScriptKind.None,
    };

    static Imported Import(string name)
    {
        var text = File.ReadAllText(Path(name));
        switch (ForeignFile.Recognise(Path(name)))
        {
            case FileKind.Procfile: return ProcfileImport.Read(text, "/srv/app", null, null);
            case FileKind.Supervisord:
                return SupervisordImport.Read(
                    text, "/etc/supervisor/" + name, "/srv/app", Present, "host1", static _ => [], static _ => "");
            case FileKind.Pm2: break;
            case var kind: throw new InvalidOperationException($"{name} is recognised as {kind}");
        }
        if (name.EndsWith("js", StringComparison.Ordinal)) Tools.Require("node");
        var root = name.EndsWith("js", StringComparison.Ordinal) ? NodeEvaluator.Read(Path(name))
            : name.EndsWith(".yml", StringComparison.Ordinal) ? YamlText.Read(text) : ForeignFile.Json(text);
        return Pm2Import.Read(root, "/srv/app", null, Present, Look);
    }

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task It_becomes_what_its_golden_says_and_is_read_as_the_same_again(
        string name, CancellationToken cancellation)
    {
        var imported = Import(name);
        var text = new StringBuilder(ConfigText.Of(imported.Processes));
        foreach (var left in imported.Left)
            text.Append(CultureInfo.InvariantCulture, $"- {left.Owner}: {left.Key} = {left.Value}: {left.Hint}\n");
        foreach (var note in imported.Notes) text.Append(CultureInfo.InvariantCulture, $"+ {note}\n");
        var golden = Path(name + ".golden");
        if (Environment.GetEnvironmentVariable("TSPM_WRITE_GOLDENS") == "1") File.WriteAllText(golden, text.ToString());
        await Assert.That(text.ToString()).IsEqualTo(File.ReadAllText(golden));
        using var folder = new TemporaryFolder();
        var read = ConfigFile.Read(folder.Write("tspm.json", ConfigText.Of(imported.Processes)));
        await Assert.That(
            ApplyPlan.Compute(imported.Processes, read, prune: true, static _ => false)
            .All(step => step.Action == PlanStep.Keep)).IsTrue();
    }

    [Test]
    public async Task There_are_at_least_twenty(CancellationToken cancellation) =>
        await Assert.That(Names().Count()).IsGreaterThanOrEqualTo(20);
}
