/** Passwords of foreign servers and keys of webhooks, bound to the row they belong to. */
import { secretsFor } from '../../../platform/crypto/secret.ts'

export const { seal, unseal } = secretsFor('channel secrets')
