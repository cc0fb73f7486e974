using System.Text;
using Tspm.Client.Terminal;
using Wcwidth;

namespace Tspm.Tests.Client.Terminal;

[Timeout(60_000)]
internal sealed class CharacterWidthsTests
{
    [Test]
    public async Task Every_character_has_the_width_that_the_library_gives_it(CancellationToken cancellation)
    {
        var wrong = new List<string>();
        for (var value = 0; value <= 0x10ffff; value++)
            if (Rune.TryCreate(value, out var rune) && CharacterWidths.Of(value) != UnicodeCalculator.GetWidth(rune))
                wrong.Add($"U+{value:X4}");
        await Assert.That(wrong).IsEmpty();
    }
}
