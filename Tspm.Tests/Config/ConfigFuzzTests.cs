using System.Text;
using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Config;

/// <summary>Config files and env files of any content are read, or refused with sentences.</summary>
[Timeout(60_000)]
internal sealed class ConfigFuzzTests
{
    const string Toml = """
        project = "shop"
        [[processes]]
        name = "web"
        command = "node server.js"
        args = ["--port", "3000"]
        instances = 2
        env = { PORT = 3000, "A.B" = "c" }
        readiness = { port = 3000, timeout = "30s" }
        [processes.restart]
        policy = "always"
        delay = "1s"
        [[processes]]
        name = "worker"
        command = '''sh -c "exit 1"'''
        memoryLimit = "512MB"
        created = 1979-05-27T07:32:00Z
        """;

    const string Env = """
        # comment
        export A=1
        B="two ${A} \n\t\"x\""
        C='three
        lines'
        D=plain # comment
        E=${B}${B}${B}
        """;

    static IReadOnlyList<byte[]> Json { get; } =
    [
        File.ReadAllBytes(Path.Combine(Repository.Root, "docs/examples/complete.jsonc")),
        """{ "processes": [{ "name": "web", "command": "node", "env": { "A": "1" }, "instances": 2 }] }"""u8.ToArray(),
    ];

    [Test]
    public async Task Json_is_read_or_refused(CancellationToken cancellation) =>
        await ReadOrRefused("tspm.json", Json, 300, cancellation);

    /// <summary>Found by the test above: a field with a unit, next to text that no string can hold.</summary>
    [Test]
    public async Task Half_a_surrogate_pair_next_to_a_unit_is_refused(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("tspm.json",
            "{\"processes\":[{\"name\":\"a\",\"command\":\"x\\ud800\",\"stop\":{\"timeoutMs\":\"5s\"}}]}");
        await Assert.That(() => ConfigFile.ReadAll(path)).Throws<ConfigFileException>();
    }

    [Test]
    public async Task Toml_is_read_or_refused(CancellationToken cancellation) =>
        await ReadOrRefused("tspm.toml", [Encoding.UTF8.GetBytes(Toml)], 300, cancellation);

    static async Task ReadOrRefused(
        string name, IReadOnlyList<byte[]> samples, int cases, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At(name);
        var (read, refused) = (0, 0);
        Damage.Check(samples, cases, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            try
            {
                foreach (var config in ConfigFile.ReadAll(path).Processes)
                    if (ConfigValidation.Validate(config) is [var problem, ..])
                        throw new InvalidOperationException(problem.Sentence);
                read++;
            }
            catch (ConfigFileException mistake) when (mistake.Message.Contains(path, StringComparison.Ordinal))
            {
                refused++;
            }
        }, cancellation);
        await Assert.That(refused).IsGreaterThan(100).Because($"{read} were read");
    }

    [Test]
    public async Task An_env_file_has_values_or_a_problem(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At(".env");
        var seen = new HashSet<bool>();
        Damage.Check([Encoding.UTF8.GetBytes(Env)], 700, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            var result = EnvFile.Read(path, new Dictionary<string, string> { ["x"] = "y" });
            if (result.Values is null == result.Problem is null) throw new InvalidOperationException("both or neither");
            seen.Add(result.Problem is null);
            if (result.Values?.Any(pair => pair.Key.Length == 0 || pair.Value.Contains('\0')) == true)
                throw new InvalidOperationException("a variable that no environment can have");
        }, cancellation);
        await Assert.That(seen.Count).IsEqualTo(2);
    }
}
