using System.Text.Json;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Tests.Json;

[Timeout(10_000)]
internal sealed class StrictJsonTests
{
    [Test]
    [Arguments("{}", "params.selectors", "params.selectors is missing; it must be a list [ … ] of text")]
    [Arguments("{\"selectors\": null}", "params.selectors",
        "params.selectors must be a list [ … ] of text, but is null")]
    [Arguments("{\"selectors\": \"web\"}", "params.selectors",
        "params.selectors must be a list [ … ] of text, but is \"web\"")]
    [Arguments("{\"selectors\": [\"a\", 5]}", "params.selectors[1]", "params.selectors[1] must be text, but is 5")]
    [Arguments("{\"selectors\": [null]}", "params.selectors[0]", "params.selectors[0] must be text, but is null")]
    [Arguments("{\"selectors\": [], \"wait\": 1}", "params.wait", "params.wait must be true or false, but is 1")]
    [Arguments("{\"selectors\": [], \"wait\": null}", "params.wait", "params.wait must be true or false, but is null")]
    [Arguments("{\"selectors\": [], \"waitTimeoutMs\": \"1s\"}", "params.waitTimeoutMs",
        "params.waitTimeoutMs must be a whole number, but is \"1s\"")]
    [Arguments("{\"selectors\": [], \"waitTimeoutMs\": 1.5}", "params.waitTimeoutMs",
        "params.waitTimeoutMs must be a whole number, but is 1.5")]
    [Arguments("{\"selectors\": [], \"waitTimeoutMs\": 3000000000}", "params.waitTimeoutMs",
        "params.waitTimeoutMs must be a whole number, but is 3000000000")]
    [Arguments("{\"selector\": []}", "params.selector",
        "params.selector is not a known field; did you mean 'selectors'?")]
    [Arguments("{\"selectors\": [], \"zzz\": 1}", "params.zzz",
        "params.zzz is not a known field; known fields are selectors, wait, waitTimeoutMs")]
    [Arguments("{\"selectors\": [], \"selectors\": []}", "params.selectors",
        "params.selectors is given twice; remove one of the two")]
    [Arguments("[]", "params", "params must be an object { … }, but is a list")]
    [Arguments("null", "params", "params must be an object { … }, but is null")]
    [Arguments("{\"selectors\": [\"\\ud800\"]}", "params.selectors[0]",
        "params.selectors[0] must be text, but is text that is not valid Unicode")]
    [Arguments("{\"selectors\": [], \"\\ud800\": 1}", "params", "params has a member whose name is not valid Unicode")]
    public async Task What_does_not_fit_is_named(string json, string path, string sentence,
        CancellationToken cancellation)
    {
        var failure = await Assert.That(() => Read(json)).Throws<StrictJsonException>();
        await Assert.That(failure!.Path).IsEqualTo(path);
        await Assert.That(failure.Message).IsEqualTo(sentence);
        await Assert.That(failure.Expected).IsNotEmpty();
        await Assert.That(failure.Found).IsNotEmpty();
    }

    [Test]
    public async Task What_fits_is_read_and_missing_members_keep_their_defaults(CancellationToken cancellation)
    {
        var read = Read("{\"selectors\": [\"web\"], \"waitTimeoutMs\": null}");
        await Assert.That(read.Selectors).IsEquivalentTo(["web"]);
        await Assert.That(read.Wait).IsTrue();
        await Assert.That(read.WaitTimeoutMs).IsNull();
        await Assert.That(Read("{\"selectors\": [], \"wait\": false}").Wait).IsFalse();
    }

    [Test]
    [Arguments("{\"restart\": {\"delay\": 1}}", "c.restart.delay is not a known field; did you mean 'delayMs'?")]
    [Arguments("{\"env\": {\"PORT\": 8080}}", "c.env.PORT must be text, but is a number")]
    [Arguments("{\"env\": {\"A\": \"1\", \"A\": \"2\"}}", "c.env.A is given twice; remove one of the two")]
    [Arguments("{\"restart\": {\"stopExitCodes\": [\"1\"]}}",
        "c.restart.stopExitCodes[0] must be a whole number, but is \"1\"")]
    [Arguments("{\"restart\": []}", "c.restart must be an object { … }, but is a list")]
    [Arguments("{\"memoryLimitBytes\": 1e400}", "c.memoryLimitBytes must be a whole number, but is 1e400")]
    [Arguments("{\"nameOrEmpty\": \"x\"}", "c.nameOrEmpty is not a known field; tspm schema shows the fields")]
    [Arguments("{\"Name\": \"x\"}", "c.Name is not a known field; did you mean 'name'?")]
    public async Task A_config_is_checked_to_its_depth(string json, string sentence, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(json);
        var problems = StrictJson.Problems(
            document.RootElement, WireJson.Default.ProcessConfig, "c", ConfigFieldHints.Instance);
        await Assert.That(problems.Count).IsEqualTo(1);
        await Assert.That(problems[0].Sentence).StartsWith(sentence);
    }

    [Test]
    public async Task A_long_value_is_cut_and_control_characters_do_not_reach_the_terminal(
        CancellationToken cancellation)
    {
        var shown = JsonProblems.Quote("\u001b[31m" + new string('x', 500));
        await Assert.That(shown.Length).IsLessThan(70);
        await Assert.That(shown).DoesNotContain("\u001b");
    }

    static StopRequest Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return StrictJson.Read(document.RootElement, WireJson.Default.StopRequest, "params");
    }
}
