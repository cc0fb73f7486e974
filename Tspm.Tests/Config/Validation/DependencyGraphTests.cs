using Tspm.Config.Validation;
using Tspm.Model.Config;

namespace Tspm.Tests.Config.Validation;

/// <summary>What is refused about dependencies when they are defined.</summary>
[Timeout(30_000)]
internal sealed class DependencyGraphTests
{
    [Test]
    [Arguments("a:b b:c c:", null)]
    [Arguments("a:b,c b:d c:d d:", null)]
    [Arguments("a:b b:a", "the dependencies form a cycle: a → b → a; remove one of them")]
    [Arguments("a:a", "the dependencies form a cycle: a → a; remove one of them")]
    [Arguments("x:a a:b b:c c:a", "the dependencies form a cycle: a → b → c → a; remove one of them")]
    [Arguments("web:dbb db:", "'web' depends on 'dbb', which is not defined; did you mean 'db'?")]
    public async Task What_goes_in_a_circle_or_into_the_void_is_named(string graph, string? problem,
        CancellationToken cancellation)
    {
        var all = new Dictionary<string, ProcessConfig>();
        foreach (var node in graph.Split(' '))
        {
            var (name, needs) = (node.Split(':')[0], node.Split(':')[1]);
            all[name] = new ProcessConfig
            {
                Name = name,
                DependsOn = needs.Length == 0
                    ? null
                    : [.. needs.Split(',').Select(need => new Dependency { Name = need })],
            };
        }
        await Assert.That(DependencyGraph.Problem(all, all.Keys)).IsEqualTo(problem);
    }
}
