using System.Text.RegularExpressions;

namespace Tspm.Text;

/// <summary>
/// Plain words for what is wrong with a regular expression: the framework's own texts are not in the trimmed
/// executable.
/// </summary>
internal static class RegexProblem
{
    public static string Words(RegexParseError error) => error switch
    {
        RegexParseError.InsufficientClosingParentheses => "a '(' is not closed",
        RegexParseError.InsufficientOpeningParentheses => "a ')' has no '('",
        RegexParseError.UnterminatedBracket => "a '[' is not closed",
        RegexParseError.QuantifierAfterNothing => "a repetition has nothing to repeat (write .* for \"anything\")",
        RegexParseError.NestedQuantifiersNotParenthesized => "a repetition follows a repetition",
        RegexParseError.UnescapedEndingBackslash => "a backslash stands at the end",
        RegexParseError.UnrecognizedEscape => "an unknown escape",
        RegexParseError.ReversedCharacterRange => "a range runs backwards",
        RegexParseError.ReversedQuantifierRange => "a repetition's range runs backwards",
        RegexParseError.QuantifierOrCaptureGroupOutOfRange => "a number is too large",
        RegexParseError.InvalidGroupingConstruct => "an unknown kind of group",
        RegexParseError.UndefinedNumberedReference or RegexParseError.UndefinedNamedReference =>
            "a reference to a group that does not exist",
        _ => "a mistake",
    };
}
