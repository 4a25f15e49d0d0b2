"""Lines and paragraphs → articles."""
