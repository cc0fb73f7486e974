using System.Text.Json;
using CsCheck;
using Tspm.Config.Import;

namespace Tspm.Tests.Config.Import;

[Timeout(60_000)]
internal sealed class RelaxedJsonTests
{
    [Test]
    [Arguments(
        "{ a: 1, 'b-c': \"x\", \"d\": [true, null, undefined,], }", """{"a":1,"b-c":"x","d":[true,null,null]}""")]
    [Arguments("// c\n[0x1F, -2, +3, .5, -1e3, 2.50] /* end */", "[31,-2,3,0.5,-1000,2.5]")]
    [Arguments("'it\\'s \\x41\\u00e4\\n\\\nx'", "\"it's Aä\\nx\"")]
    [Arguments("{$a_1: `two\nlines`}", """{"$a_1":"two\nlines"}""")]
    [Arguments("\uFEFF{}", "{}")]
    public async Task Data_is_read_as_JavaScript_reads_it(string text, string json, CancellationToken cancellation) =>
        await Assert.That(JsonElement.DeepEquals(RelaxedJson.Read(text), JsonDocument.Parse(json).RootElement)).IsTrue()
            .Because(RelaxedJson.Read(text).GetRawText());

    [Test]
    [Arguments("{\n a: process.env.X }", "line 2: 'process.env.X' is not data")]
    [Arguments("{ a: f() }", "line 1: 'f' is not data")]
    [Arguments("[1\n\n2]", "line 3: expected a comma or ']'")]
    [Arguments("{a 1}", "expected a colon after the key \"a\"")]
    [Arguments("{,}", "expected a key")]
    [Arguments("[,]", "unexpected ','")]
    [Arguments("{a: `x${1}`}", "a template is not data")]
    [Arguments("{a: 'x\n'}", "a quote is never closed")]
    [Arguments("{a: '\\u12'}", "an escape sequence is incomplete")]
    [Arguments("{a: '\\ud800'}", "half of a surrogate pair")]
    [Arguments("{a: {", "the text ends too early")]
    [Arguments("{} {}", "unexpected text after the end")]
    [Arguments("", "the text ends too early")]
    public async Task What_is_more_than_data_is_refused_with_its_line(
        string text, string sentence, CancellationToken cancellation) =>
        await Assert.That(() => RelaxedJson.Read(text)).Throws<ImportException>().WithMessageContaining(sentence);

    [Test]
    public async Task Depth_is_limited(CancellationToken cancellation) =>
        await Assert.That(() => RelaxedJson.Read(new string('[', 100_000))).Throws<ImportException>()
            .WithMessageContaining("too deeply");

    [Test]
    public void Whatever_it_is_it_is_read_or_refused(CancellationToken cancellation) =>
        Gen.Char["{}[]:,'\"`\\ax01-.+ \n/*$u"].Array[0, 20].Sample(letters =>
        {
            try
            {
                RelaxedJson.Read(new string(letters));
            }
            catch (ImportException)
            {
                // Refused.
            }
        });
}
