/**
 * Mail as values: bytes in, meaning out. No network, no files, no clock; the channel that fetches and sends stands on it.
 *
 * The way of a mail: `parseMailBounded` → `classifyMail` → (human) `listThreadMarks`, `foldQuoted` / `foldQuotedHtml`,
 * `cleanHtmlBounded`. Call `selfTestCleaner` once at start-up and do not start when it throws.
 */
export { canonicalAddress, readAddresses } from './addresses.ts'
export { cleanHtmlBounded, closeMailWorkers, parseMailBounded, type BoundedMail, type Bounds } from './bounded.ts'
export { classifyMail, readDeliveryReport, type Classification, type DeliveryReport, type MailKind, type OwnMail } from './classify.ts'
export { cleanHtml, findUnsafe, htmlToText, selfTestCleaner, textToHtml, type CleanHtml, type CleanOptions } from './clean.ts'
export { composeMail, type Composition, type OutgoingMail } from './compose.ts'
export { mailLimits, quarantineReason, type MailAddress, type MailAttachment, type Oddity, type OddityCode, type ParsedMail } from './mail.ts'
export { parseMail } from './parse.ts'
export { foldQuoted, foldQuotedHtml, type FoldedHtml, type FoldedText } from './quote.ts'
export { listThreadMarks, readMessageId, readReplyAddress, signMessageId, signReplyAddress, type SigningKey, type ThreadMark } from './token.ts'
export { plainFileName, plainLine, singleLine, visualise } from './visible.ts'
