using CsCheck;

namespace Tspm.Tests.Client.Terminal;

/// <summary>Texts that terminals find difficult.</summary>
internal static class Letters
{
    /// <summary>Each is one name; several of them together are another.</summary>
    public static readonly string[] Difficult =
    [
        "web", "a", new('x', 64), "日本", "日本語のプロセス", "日日日日日日日日日日日日日日日日日日日日日", "🚀",
        "👨‍👩‍👧‍👦 family", "🇩🇪🇯🇵", "❤️❤️❤️", "e\u0301e\u0301e\u0301 combined", "خادم الويب", "שרת",
        "सर्वर प्रक्रिया", "한국어 서버", "\u1112\u1161\u11ab", "ｆｕｌｌ", "api:prod", "with spaces in it", "٣٤٥",
        "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307", "\e[2J\e]0;title\a", "two\nlines", "\u202eright to left",
        "\ud800",
        "\u0301\u0302", "a" + new string('\u0301', 200), "#️⃣", "✖✖", "x\u0000y\u009bz",
    ];

    public static readonly Gen<string> Any =
        Gen.Int[0, Difficult.Length - 1].Array[0, 4].Select(chosen => string.Concat(chosen.Select(i => Difficult[i])));
}
