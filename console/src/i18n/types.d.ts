import 'i18next';
import type common from './ru/common.json';
import type home from './ru/home.json';
import type dictionaries from './ru/dictionaries.json';
import type dictionary from './ru/dictionary.json';
import type item from './ru/item.json';
import type differences from './ru/differences.json';
import type request from './ru/request.json';
import type editing from './ru/editing.json';
import type importing from './ru/importing.json';
import type definition from './ru/definition.json';
import type publication from './ru/publication.json';
import type consumer from './ru/consumer.json';
import type people from './ru/people.json';
import type token from './ru/token.json';
import type account from './ru/account.json';
import type audit from './ru/audit.json';
import type developer from './ru/developer.json';
import type system from './ru/system.json';
import type refusal from './ru/refusal.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      common: typeof common;
      home: typeof home;
      dictionaries: typeof dictionaries;
      dictionary: typeof dictionary;
      item: typeof item;
      differences: typeof differences;
      request: typeof request;
      editing: typeof editing;
      importing: typeof importing;
      definition: typeof definition;
      publication: typeof publication;
      consumer: typeof consumer;
      people: typeof people;
      token: typeof token;
      account: typeof account;
      audit: typeof audit;
      developer: typeof developer;
      system: typeof system;
      refusal: typeof refusal;
    };
  }
}
