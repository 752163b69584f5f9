// A WhatsApp conversation between a bike shop and a customer, as Qikchat delivers it: one request for each entry.

const SHOP = '447700900150';
const CUSTOMER = '12025550177';
const LOGIN = { authorization: 'Basic ZGVtby11c2VyOmRlbW8tcGFzc3dvcmQ=' };
const STARTED = 1795021200;

let seconds = 0;
const next = () => String(STARTED + (seconds += 40));

const value = (field, more) => JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '330914476001852', changes: [{ field, value: {
  messaging_product: 'whatsapp', metadata: { display_phone_number: SHOP, phone_number_id: '508813370042216' },
  contacts: [{ profile: { name: 'Noor Nabe' }, wa_id: CUSTOMER }], ...more,
} }] }] });

/** A message from the customer. */
export const says = (id, content) => value('messages', { messages: [{ from: CUSTOMER, id, timestamp: next(), ...content }] });
/** A message that the shop sends from its own phone. */
export const answers = (id, content) => value('smb_message_echoes', { message_echoes: [{ from: SHOP, to: CUSTOMER, id, timestamp: next(), ...content }] });
/** A status of a message from the shop. */
export const becomes = (id, status, more = {}) => value('messages', { statuses: [{ id, status, timestamp: next(), recipient_id: CUSTOMER, ...more }] });
export const text = body => ({ type: 'text', text: { body } });

export const CONVERSATION = [
  says('m1', text('Hello, is my red bike ready?')),
  answers('e1', text('Nearly. You can have it at three.')),
  becomes('e1', 'sent'),
  becomes('e1', 'read'),
  becomes('e1', 'delivered'),
  says('m2', { ...text('Fine, I come at three.'), context: { id: 'e1', from: SHOP } }),
  says('m3', { type: 'edit', edit: { original_message_id: 'm2', message: text('Fine, I come at four.') } }),
  says('m4', { type: 'reaction', reaction: { emoji: '❤️', message_id: 'e1' } }),
  says('m5', { type: 'document', document: { id: '9', filename: 'receipt.pdf', mime_type: 'application/pdf', url: 'https://files.example.org/receipt.pdf' } }),
  answers('e2', text('Thank you. The lock is free.')),
  becomes('e2', 'failed', { errors: [{ code: 131026, message: 'Message undeliverable' }] }),
  says('m6', text('That was for somebody else.')),
  says('m7', { type: 'revoke', revoke: { original_message_id: 'm6' } }),
  says('m8', { type: 'reaction', reaction: { emoji: '👍', message_id: 'long-ago' } }),
];

/** Sends requests one after another. */
export async function send(gateway, bodies) {
  for (const body of bodies) {
    const status = await gateway.webhook(body, '/qikchat/shop-number', LOGIN);
    if (status !== 200) throw new Error(`answered ${status}`);
  }
}
