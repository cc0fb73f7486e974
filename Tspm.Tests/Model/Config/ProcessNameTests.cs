using Tspm.Model.Config;

namespace Tspm.Tests.Model.Config;

/// <summary>What a process may be called, and what it may be called still.</summary>
[Timeout(10_000)]
internal sealed class ProcessNameTests
{
    [Test]
    [Arguments("web"), Arguments("api:prod"), Arguments("a:b:c"), Arguments("a:7b"), Arguments("a:"),
        Arguments("größe 7"), Arguments("0"), Arguments("日本")]
    [Arguments(".env"), Arguments("..."), Arguments("ALL"), Arguments("all-1"), Arguments("web[1]"), Arguments("a/b"),
        Arguments("a-")]
    public async Task A_name_that_nothing_else_looks_like_is_fine(string name, CancellationToken cancellation) =>
        await Assert.That(ProcessName.Problem(name)).IsNull();

    [Test]
    [Arguments("all", "always means every process")]
    [Arguments(".", "stands for a folder"), Arguments("..", "stands for a folder")]
    [Arguments("web-*", "contains '*'"), Arguments("w?b", "contains '?'")]
    [Arguments(" lead", "begins or ends with a space"), Arguments("trail ", "begins or ends with a space"),
        Arguments("nbsp\u00a0", "a space")]
    [Arguments("api:80", "ends with ':80'"), Arguments("a:b:007", "ends with ':007'"),
        Arguments(":1", "ends with ':1'")]
    public async Task One_that_means_something_else_is_refused_and_was_allowed_before(string name, string sentence,
        CancellationToken cancellation)
    {
        await Assert.That(ProcessName.Problem(name)).Contains(sentence);
        await Assert.That(ProcessName.StoredProblem(name)).IsNull();
    }

    [Test]
    [Arguments("", "is empty"), Arguments("-a", "starts with '-'"), Arguments("/a", "starts with '/'"),
        Arguments("a\nb", "control character")]
    public async Task Some_were_never_allowed(string name, string sentence, CancellationToken cancellation)
    {
        await Assert.That(ProcessName.Problem(name)).Contains(sentence);
        await Assert.That(ProcessName.StoredProblem(name)).Contains(sentence);
    }

    [Test]
    [Arguments("db", "db", null), Arguments("db:ready", "db", "ready"), Arguments("db:prod", "db:prod", null)]
    [Arguments("db:prod:completed", "db:prod", "completed"), Arguments("db:started:ready", "db:started", "ready")]
    public async Task A_dependency_may_have_a_colon_in_its_name(string text, string name, string? condition,
        CancellationToken cancellation) =>
        await Assert.That(Dependency.Parse(text)).IsEqualTo(new Dependency { Name = name, Condition = condition });
}
