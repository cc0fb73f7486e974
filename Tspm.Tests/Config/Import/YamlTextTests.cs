using System.Text.Json;
using Tspm.Config.Import;

namespace Tspm.Tests.Config.Import;

[Timeout(60_000)]
internal sealed class YamlTextTests
{
    [Test]
    [Arguments("", "null")]
    [Arguments("# nothing\n", "null")]
    [Arguments("a: 1\nb: [x, 'y', \"z\\n\"]\n", """{"a":1,"b":["x","y","z\n"]}""")]
    [Arguments("- ~\n- null\n- true\n- False\n- yes\n-\n", """[null,null,true,false,"yes",null]""")]
    [Arguments("[1, -2, +3, 0x1F, 1.5, -.5, 1e3, '4', 1.2.3, 0x, 10:30, Infinity, .nan, 1_000, ' 5']", """[1,-2,3,31,1.5,-0.5,1000,"4","1.2.3","0x","10:30","Infinity",".nan","1_000"," 5"]""")]
    [Arguments("!!str 5", "\"5\"")]
    [Arguments("a: |\n  one\n  two\nb: >-\n  one\n  two\n", """{"a":"one\ntwo\n","b":"one two"}""")]
    [Arguments("a: &x {p: 1, q: 2}\nb: *x\nc: {<<: *x, q: 3}\nd: {q: 4, <<: [{r: 5}, *x]}\n", """{"a":{"p":1,"q":2},"b":{"p":1,"q":2},"c":{"q":3,"p":1},"d":{"q":4,"r":5,"p":1}}""")]
    [Arguments("a: &x 1\nb: &x 2\nc: *x\n'<<': 3\n", """{"a":1,"b":2,"c":2,"<<":3}""")]
    [Arguments("---\na: 1\n...\n", """{"a":1}""")]
    [Arguments("a: &k b\n*k : 1\n", """{"a":"b","b":1}""")]
    public async Task It_says_what_yaml_says(string yaml, string json, CancellationToken cancellation) =>
        await Assert.That(JsonElement.DeepEquals(YamlText.Read(yaml), JsonDocument.Parse(json).RootElement)).IsTrue()
            .Because(YamlText.Read(yaml).GetRawText());

    [Test]
    [Arguments("a: 1\nb: [1, 2\n", "not valid YAML at line")]
    [Arguments("a: 1\n\tb: 2\n", "not valid YAML at line 2, column 1: a tab")]
    [Arguments("a: 1\na: 2\n", "line 2: 'a' is given twice")]
    [Arguments("a: *nobody\n", "nobody")]
    [Arguments("? [1, 2]\n: 3\n", "line 1, column 3: a key must be a string")]
    [Arguments("a: 1\n---\nb: 2\n", "several documents")]
    [Arguments("a: {<<: 5}\n", "'<<' needs a mapping")]
    [Arguments("a: &a [*a]\n", "expand to too much data")]
    [Arguments("a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: "
        + "&d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
            "expand to too much data")]
    public async Task What_json_cannot_say_or_is_wrong_is_refused_with_its_place(string yaml, string sentence,
        CancellationToken cancellation)
    {
        var refused = await Assert.That(() => YamlText.Read(yaml)).Throws<ImportException>();
        await Assert.That(refused!.Message).Contains(sentence);
    }

    [Test]
    public async Task A_long_text_that_is_named_often_is_refused_before_it_fills_the_memory(
        CancellationToken cancellation)
    {
        var text = $"a: &a \"{new string('x', 1_000_000)}\"\nb: "
            + $"[{string.Join(',', Enumerable.Repeat("*a", 50_000))}]\n";
        await Assert.That(() => YamlText.Read(text)).Throws<ImportException>()
            .WithMessageContaining("the aliases (*NAME) expand to too much data");
        await Assert.That(() =>
            YamlText.Read($"a: &a {{{new string('k', 1_000_000)}: 1}}\nb: "
                + $"[{string.Join(',', Enumerable.Repeat("*a", 50_000))}]\n")).Throws<ImportException>();
    }
}
